import type { Compare, Put } from "../datastore/store.ts";

/** One change of a key: its new value, or undefined to delete it, and the revision it is known at (0: absent). */
export interface Step {
  readonly key: string;
  readonly value: string | undefined;
  readonly revision: number;
}

/** Several changes that happen at once or not at all. */
export interface Commit {
  readonly compares: readonly Compare[];
  readonly puts: readonly Put[];
  readonly deletes: readonly string[];
}

/** A transaction of etcd holds 128 operations and 1.5 MB as it comes out of the box. */
const mostKeys = 100;
const mostCharacters = 300_000;

/** Changes cut into commits that every store takes, in their order; each holds only if nobody else changed its keys. */
export function stepsOf(steps: readonly Step[]): readonly Commit[] {
  const batches: Step[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const step of steps) {
    const cost = step.key.length + (step.value?.length ?? 0);
    if (size + cost > mostCharacters || batches.at(-1)!.length >= mostKeys) {
      batches.push([]);
      size = 0;
    }
    batches.at(-1)!.push(step);
    size += cost;
  }
  return batches.map((batch) => ({
    compares: batch.map(({ key, revision }) => ({ key, revision })),
    puts: batch.flatMap(({ key, value }) => (value === undefined ? [] : [{ key, value }])),
    deletes: batch.flatMap(({ key, value }) => (value === undefined ? [key] : [])),
  }));
}
