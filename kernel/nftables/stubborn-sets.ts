import type { Operation, Refusal } from "./port.ts";

/** A set that the kernel does not take, or of which it does not take some elements. */
export interface StubbornSet {
  readonly set: string;
  readonly refusal: Refusal;
}

/** A set that was to be made in the same transaction is refused for what it is: once more, and nothing is to be hoped. */
const enoughWhenNew = 2;
/** What is there already may be in the way; that is what a table made anew is for, which comes before this. */
const enough = 4;

/**
 * Tells sets that the kernel never takes from those that only came at a bad moment: counts how often each was refused with
 * nothing committed between.
 */
export class StubbornSets {
  readonly #refusals = new Map<string, number>();
  readonly #known = new Set<string>();

  /** A transaction was refused; answers the sets that nothing is to be hoped of. */
  refused(operations: readonly Operation[], refusals: readonly Refusal[]): readonly StubbornSet[] {
    const made = new Set(
      operations.map((operation) => (operation.kind === "new set" ? operation.set.name : undefined)),
    );
    const found: StubbornSet[] = [];
    for (const [set, refusal] of refusedSets(operations, refusals)) {
      const count = (this.#refusals.get(set) ?? 0) + 1;
      this.#refusals.set(set, count);
      if (count < (made.has(set) ? enoughWhenNew : enough) && !this.#known.has(set)) continue;
      this.#known.add(set);
      found.push({ set, refusal });
    }
    return found;
  }

  /** A transaction was taken: what was refused before may have come at a bad moment. */
  committed(): void {
    this.#refusals.clear();
  }

  /** Nobody wants the set any more. */
  forget(set: string): void {
    this.#known.delete(set);
  }
}

/** The sets that could not be made or given elements, each with its first refusal. */
export function refusedSets(operations: readonly Operation[], refusals: readonly Refusal[]): Map<string, Refusal> {
  const found = new Map<string, Refusal>();
  for (const refusal of refusals) {
    const operation = operations[refusal.operation];
    if (operation?.kind !== "new set" && operation?.kind !== "new elements") continue;
    if (!found.has(operation.set.name)) found.set(operation.set.name, refusal);
  }
  return found;
}
