import { KernelError } from "./error.ts";
import { type SysctlPath, type Sysctls, sysctlKey } from "./sysctl.ts";

interface Wanted {
  readonly path: SysctlPath;
  readonly value: string;
}

/**
 * Keeps settings as wanted: reads, and writes only what differs. What cannot be written (most often because the interface
 * is not there yet) is remembered until `recheck` is told that things have changed. Settings have no stamp of ownership, so nothing is
 * ever set back.
 */
export class SysctlDriver {
  readonly #sysctls: Sysctls;
  readonly #wanted = new Map<string, Wanted>();
  readonly #refused = new Map<string, KernelError>();

  constructor(sysctls: Sysctls) {
    this.#sysctls = sysctls;
  }

  /** This setting should have this value; it is made so at once. */
  want(path: SysctlPath, value: string): void {
    const key = sysctlKey(path);
    if (this.#wanted.get(key)?.value === value && !this.#refused.has(key)) return;
    this.#wanted.set(key, { path, value });
    this.#apply(key);
  }

  /** Nobody minds any more what value the setting has. */
  unwant(path: SysctlPath): void {
    this.#wanted.delete(sysctlKey(path));
    this.#refused.delete(sysctlKey(path));
  }

  /** Looks again at the settings of an interface that has appeared or come up, or at all. */
  recheck(interfaceName?: string): void {
    for (const [key, { path }] of this.#wanted) {
      if (interfaceName === undefined || path[3] === interfaceName) this.#apply(key);
    }
  }

  /** Settings that are not as wanted, and why, by key. */
  refused(): ReadonlyMap<string, KernelError> {
    return this.#refused;
  }

  #apply(key: string): void {
    const { path, value } = this.#wanted.get(key)!;
    try {
      if (this.#sysctls.read(path) !== value) this.#sysctls.write(path, value);
      this.#refused.delete(key);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.#refused.set(key, error);
    }
  }
}
