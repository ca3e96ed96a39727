import type { Change } from "../lib/change.ts";
import type { KernelError } from "./error.ts";

/**
 * Kernel objects of one kind (neighbours, rules, settings) under string keys, as `reconciler.ts` needs them: the port
 * that `io/` and `sim/` implement for each kind.
 */
export interface KernelSet<V> {
  /** Everything of the kind that may be ours. @throws KernelError (as a rejection) */
  dump(): Promise<ReadonlyMap<string, V>>;
  /**
   * Makes these changes, in order; a set creates or replaces. One place for each in the answer, undefined where it worked;
   * deleting what is not there works. @throws KernelError (as a rejection) when it is unknown what happened.
   */
  apply(changes: readonly Change<string, V>[]): Promise<readonly (KernelError | undefined)[]>;
}
