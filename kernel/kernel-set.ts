import type { KernelError } from "./error.ts";

/** One step for a kernel object: it gets this value, or goes (and `value` is what it was). */
export interface KernelChange<V> {
  readonly kind: "set" | "delete";
  readonly key: string;
  readonly value: V;
}

/**
 * Kernel objects of one kind (neighbours, rules) under string keys, as `reconciler.ts` needs them: the port that
 * `rtnetlink/` and `sim/` implement for each kind.
 */
export interface KernelSet<V> {
  /** Everything of the kind that may be ours. @throws KernelError (as a rejection) */
  dump(): Promise<ReadonlyMap<string, V>>;
  /**
   * Makes these changes, in order; a set creates or replaces. One place for each in the answer, undefined where it worked;
   * deleting what is not there works. @throws KernelError (as a rejection) when it is unknown what happened.
   */
  apply(changes: readonly KernelChange<V>[]): Promise<readonly (KernelError | undefined)[]>;
}
