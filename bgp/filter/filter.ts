import type { Prefix } from "../../net/prefix.ts";

/** A set of destinations: everything inside `prefix` whose length lies between the bounds. */
export interface PrefixRange {
  readonly prefix: Prefix;
  /** Shortest and longest length that counts; the prefix's own when absent. */
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** Where a route came from. */
export type RouteSource = "local" | "internal" | "external";

/** What a route must be for a term to apply: every condition given must hold; none given means every route. */
export interface Match {
  readonly prefixes?: readonly PrefixRange[];
  readonly source?: RouteSource;
  /** Tags of our own routes, any of them. */
  readonly tags?: readonly number[];
  /** Communities as host integers, any of them. */
  readonly communities?: readonly number[];
}

/** What changes in a route that a term accepts. */
export interface Change {
  readonly med?: number;
  readonly localPref?: number;
  readonly addCommunities?: readonly number[];
  readonly removeCommunities?: readonly number[] | "all";
  /** Our own AS, so many more times. */
  readonly prepend?: number;
  readonly nextHop?: "self";
}

/** One line of a filter. */
export interface Term {
  readonly name: string;
  readonly match: Match;
  readonly verdict: "accept" | "reject";
  readonly change?: Change;
}

/** A filter is data: the first term that matches decides, `otherwise` when none does. */
export interface Filter {
  readonly name: string;
  readonly terms: readonly Term[];
  readonly otherwise: "accept" | "reject";
}

/** Accepts everything as it is. */
export const acceptAll: Filter = { name: "accept-all", terms: [], otherwise: "accept" };

/** Accepts nothing. */
export const rejectAll: Filter = { name: "reject-all", terms: [], otherwise: "reject" };

/** Equal texts mean equal filters; the key by which peers share an update group. */
export function filterKey(filter: Filter | undefined): string {
  return filter === undefined ? "" : JSON.stringify(filter);
}
