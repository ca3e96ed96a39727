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

/** What the number of prefixes a peer has sent asks for: a warning, or what the limit says. */
export type LimitNews = "near" | "over";

/** The limits of one session: tells once a session of every family that it comes near its limit, and that it is over. */
export class PrefixLimits {
  readonly #limits: readonly (readonly [Family, PrefixLimit])[];
  readonly #told = new Set<string>();

  constructor(said: number | MaxPrefixes | undefined, carried: readonly Family[]) {
    this.#limits = carried.flatMap((family) => {
      const limit = prefixLimit(said, family);
      return limit ? [[family, limit] as const] : [];
    });
  }

  /** Calls `hear` for every limit that something is to be said of. Nothing is said twice. */
  check(count: (family: Family) => number, hear: (family: Family, limit: PrefixLimit, news: LimitNews) => void): void {
    for (const [family, limit] of this.#limits) {
      const sent = count(family);
      if (sent > limit.most) this.#say(family, limit, "over", hear);
      else if (sent >= limit.warnFrom) this.#say(family, limit, "near", hear);
    }
  }

  #say(
    family: Family,
    limit: PrefixLimit,
    news: LimitNews,
    hear: (family: Family, limit: PrefixLimit, news: LimitNews) => void,
  ): void {
    const key = `${family} ${news}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    hear(family, limit, news);
  }
}
