import { errno } from "../errno.ts";
import { syscallFailed } from "../error.ts";
import { type OpenSysctls, sysctlKey } from "../sysctl.ts";
import type { SimKernel } from "./kernel.ts";

/** The settings of a simulated kernel: those in its map exist, no others. */
export function simSysctls(kernel: SimKernel): OpenSysctls {
  return () => ({
    read: (path) => kernel.sysctls.get(sysctlKey(path)),
    write(path, value) {
      const key = sysctlKey(path);
      if (!kernel.sysctls.has(key)) throw syscallFailed(`write ${key}`, errno.ENOENT);
      if (!/^[0-9-]/.test(value)) throw syscallFailed(`write ${value} to ${key}`, errno.EINVAL);
      kernel.sysctls.set(key, value);
    },
  });
}
