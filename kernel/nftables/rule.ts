import type { Expression } from "./expression.ts";

/**
 * One rule: expressions run in order. `name` says which policy and rule it came from; it is what `nft` prints as the
 * comment (cut, ending in a hash, when it is too long for one: see `commentOf`) and what counters are reported under. Several
 * rules may bear one name: their counters are added.
 */
export interface Rule {
  readonly expressions: readonly Expression[];
  readonly name?: string;
}
