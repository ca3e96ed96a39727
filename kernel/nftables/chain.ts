import type { Rule } from "./rule.ts";

/** The name of a chain, unique in its table: at most 127 printable ASCII characters without quotes or blanks. */
export type ChainName = string;

/** Where a base chain hangs in the kernel's packet path (`man nft`, CHAINS). */
export interface Hook {
  readonly type: "filter" | "nat" | "route";
  readonly point: "prerouting" | "input" | "forward" | "output" | "postrouting";
  /** Lower runs first; raw -300, mangle -150, dstnat -100, filter 0, srcnat 100 (linux/netfilter_ipv4.h). */
  readonly priority: number;
  /** What becomes of a packet that leaves the chain without a verdict. */
  readonly policy: "accept" | "drop";
}

/** A list of rules under a name; with a hook it is a base chain, which the kernel itself calls and no rule may. */
export interface Chain {
  readonly name: ChainName;
  readonly hook?: Hook;
  readonly rules: readonly Rule[];
}

/** Whether two hooks are the same in all but the policy, which alone can be changed on a living chain. */
export function samePlace(x: Hook | undefined, y: Hook | undefined): boolean {
  if (!x || !y) return x === y;
  return x.type === y.type && x.point === y.point && x.priority === y.priority;
}

const points: readonly Hook["point"][] = ["prerouting", "input", "forward", "output", "postrouting"];

/** Base chains in the order in which a packet may meet them, by which they are listed: less than zero when `x` comes first. */
export function compareHooks(x: Hook, y: Hook): number {
  return points.indexOf(x.point) - points.indexOf(y.point) || x.priority - y.priority;
}
