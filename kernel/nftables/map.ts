import type { Verdict } from "./expression.ts";

/** A named verdict map keyed by interface name: the O(1) dispatch of a packet to its endpoint's chain. */
export interface VerdictMap {
  /** Unique among the sets and maps of its table. */
  readonly name: string;
  readonly entries: ReadonlyMap<string, Verdict>;
}
