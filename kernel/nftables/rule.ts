import type { Expression } from "./expression.ts";

/**
 * One rule: expressions run in order. `name` says which policy and rule it came from; it is what `nft` prints as the
 * comment (cut, ending in a hash, when it is too long for one: see `commentOf`; not where the rule logs it as its prefix) and what counters are reported under. Several
 * rules may bear one name: their counters are added.
 */
export interface Rule {
  readonly expressions: readonly Expression[];
  readonly name?: string;
}

/** Whether a rule looks into any of these sets. */
export function looksInto({ expressions }: Rule, sets: { has(set: string): boolean }): boolean {
  return expressions.some((each) => each.kind === "lookup" && sets.has(each.set));
}
