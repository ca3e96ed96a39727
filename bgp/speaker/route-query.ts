import type { Family } from "../../net/family.ts";
import type { Prefix } from "../../net/prefix.ts";
import type { AttributeWords } from "../attribute/words.ts";

/**
 * Which routes are looked at: the chosen ones; every path, as decisions see it; every path as its peer sent it (Adj-RIB-In);
 * what one peer was told (Adj-RIB-Out).
 */
export type RouteView = "best" | "all" | "received" | "advertised";

/** A question about routes, answered page by page. */
export interface RouteQuery {
  readonly view: RouteView;
  readonly family?: Family;
  /** Only this prefix; with `longest`, the most specific known one that covers it. */
  readonly prefix?: Prefix;
  readonly longest?: boolean;
  /** Name of the peer the paths came from, `local` for ours; for `advertised`, who was told. */
  readonly peer?: string;
  /** Most routes of this page, 1 to `maxPage`. */
  readonly limit: number;
  /** `next` of the page before; absent: from the start. */
  readonly cursor?: string;
}

/** One path of a prefix. */
export interface RouteState extends AttributeWords {
  readonly prefix: string;
  /** Whom it came from; `local`: us. */
  readonly peer: string;
  /** Chosen; as good as the chosen one and used beside it; one that could be; one that may not be. */
  readonly state: "best" | "multipath" | "backup" | "ineligible";
  /** Identifier the peer gave it (RFC 7911). */
  readonly pathId?: number;
  /** Kept although its peer went away (RFC 4724), for long (RFC 9494), on its way out, or to be told of again (RFC 7313). */
  readonly stale?: "stale" | "long-lived stale" | "going" | "refreshing";
  /** Why it may not be chosen. */
  readonly why?: string;
}

/** Some of the routes asked for, in the order of the table. */
export interface RoutePage {
  readonly routes: readonly RouteState[];
  /** Where the next page begins; absent after the last. A page may be empty and not the last. */
  readonly next?: string;
}

/** Most routes of one page. */
export const maxPage = 1000;

/** Prefixes and paths that one page looks at, at most: what bounds the time it takes. */
export const maxSteps = 20_000;
