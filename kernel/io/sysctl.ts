import { constants, readSync, writeSync } from "node:fs";
import { errno } from "../errno.ts";
import { KernelError, syscallFailed } from "../error.ts";
import { type OpenSysctls, type SysctlPath, sysctlKey } from "../sysctl.ts";
import { addon, check } from "./addon.ts";
import { withNetns } from "./netns.ts";

const longestValue = 4096;

/**
 * Settings under /proc/sys of a network namespace. What stands there depends on the namespace of the thread that opens
 * the file, so opening is the addon's business; the rest is reading and writing.
 */
export const openSysctls: OpenSysctls = ({ netns }) => ({
  read(path) {
    const fd = open(netns, path, constants.O_RDONLY);
    if (fd === undefined) return undefined;
    try {
      const room = new Uint8Array(longestValue);
      const length = io(`read ${sysctlKey(path)}`, () => readSync(fd, room, 0, room.length, 0));
      return new TextDecoder().decode(room.subarray(0, length)).trim();
    } finally {
      addon().close(fd);
    }
  },
  write(path, value) {
    const fd = open(netns, path, constants.O_WRONLY);
    if (fd === undefined) throw syscallFailed(`write ${sysctlKey(path)}`, errno.ENOENT);
    try {
      io(`write ${value} to ${sysctlKey(path)}`, () => writeSync(fd, value));
    } finally {
      addon().close(fd);
    }
  },
});

function open(netns: string | undefined, path: SysctlPath, flags: number): number | undefined {
  const key = sysctlKey(path);
  const fd = withNetns(netns, (fdOfNetns) => addon().open(`/proc/sys/${key}`, flags, fdOfNetns));
  return fd === -errno.ENOENT ? undefined : check(`open ${key}`, fd);
}

function io(operation: string, body: () => number): number {
  try {
    return body();
  } catch (cause) {
    if (cause instanceof KernelError) throw cause;
    throw syscallFailed(operation, -((cause as NodeJS.ErrnoException).errno ?? -errno.EIO));
  }
}
