import type { Family } from "../../net/family.ts";
import type { MaxPrefixes } from "./config.ts";

/** How many prefixes of one family a peer may send, in full. */
export interface PrefixLimit {
  readonly most: number;
  /** From so many on a fact warns; `Infinity`: never. */
  readonly warnFrom: number;
  readonly action: NonNullable<MaxPrefixes["action"]>;
  /** Undefined: as long as after any fault of the protocol. */
  readonly restartSeconds: number | undefined;
}

/** The limit of one family that a configuration sets, or undefined when there is none. */
export function prefixLimit(said: number | MaxPrefixes | undefined, family: Family): PrefixLimit | undefined {
  const { warnPercent, action = "restart", restartSeconds, ...most } = typeof said === "object" ? said : all(said);
  const limit = most[family];
  if (limit === undefined) return undefined;
  const warnFrom = warnPercent === undefined ? Number.POSITIVE_INFINITY : Math.ceil((limit * warnPercent) / 100);
  return { most: limit, warnFrom, action, restartSeconds };
}

function all(limit: number | undefined): MaxPrefixes {
  return limit === undefined ? {} : { ipv4: limit, ipv6: limit };
}
