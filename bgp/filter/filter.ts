import type { Address } from "../../net/address.ts";
import type { Family } from "../../net/family.ts";
import type { Prefix } from "../../net/prefix.ts";
import type { ExtendedCommunity, LargeCommunity } from "../attribute/path-attributes.ts";

/** A set of destinations: everything inside `prefix` whose length lies between the bounds. */
export interface PrefixRange {
  readonly prefix: Prefix;
  /** Shortest and longest length that counts; the prefix's own when absent (`maxLength`: `minLength` if that is given). */
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** Where a route came from. */
export type RouteSource = "local" | "internal" | "external";

/** One place in a pattern of AS numbers: that AS, `?` for any one, `*` for any number of them, also none. */
export type AsPathToken = number | "?" | "*";

/** What an AS_PATH must be: every condition given must hold. A set counts as one place that is each of its members. */
export interface AsPathMatch {
  /** One of these stands somewhere in it. */
  readonly contains?: readonly number[];
  /** The nearest AS is one of these. */
  readonly first?: readonly number[];
  /** The AS of birth is one of these. */
  readonly last?: readonly number[];
  /** Bounds of its length as RFC 4271 9.1.2.2 a counts it; the empty path has 0. */
  readonly minLength?: number;
  readonly maxLength?: number;
  /** The whole path, nearest first; at most 64 tokens. */
  readonly pattern?: readonly AsPathToken[];
}

/** What a route must be for a term to apply: every condition given must hold; none given means every route. */
export interface Match {
  readonly family?: Family;
  /** In any of them. */
  readonly prefixes?: readonly PrefixRange[];
  /** In none of them. */
  readonly notPrefixes?: readonly PrefixRange[];
  /** `peers`: not our own, whichever kind of peer it came from. */
  readonly source?: RouteSource | "peers";
  /** Names of peers it came from, any of them (`bgp/speaker/config.ts` says how peers are named). */
  readonly peers?: readonly string[];
  /** Tags of our own routes, any of them. */
  readonly tags?: readonly number[];
  /** Interfaces of our own routes, any of them; `cali*` is every name that begins so. */
  readonly interfaces?: readonly string[];
  /** Next hops, inside any of them; our own routes have none. */
  readonly nextHops?: readonly Prefix[];
  readonly asPath?: AsPathMatch;
  /** Communities as host integers, any of them. */
  readonly communities?: readonly number[];
  /** Every one of these. */
  readonly allCommunities?: readonly number[];
  readonly largeCommunities?: readonly LargeCommunity[];
  readonly allLargeCommunities?: readonly LargeCommunity[];
  readonly extendedCommunities?: readonly ExtendedCommunity[];
  readonly allExtendedCommunities?: readonly ExtendedCommunity[];
  /** LOCAL_PREF, 100 where there is none. */
  readonly localPref?: number;
  /** MED; a route without one does not match. */
  readonly med?: number;
}

/** What changes in a route that a term accepts or hands on. What is to go goes before what is to come. */
export interface Change {
  readonly med?: number;
  /** Added to MED (0 where there is none), which stays within 32 bits; may be negative. */
  readonly addMed?: number;
  readonly localPref?: number;
  readonly addCommunities?: readonly number[];
  readonly removeCommunities?: readonly number[] | "all";
  readonly addLargeCommunities?: readonly LargeCommunity[];
  readonly removeLargeCommunities?: readonly LargeCommunity[] | "all";
  readonly addExtendedCommunities?: readonly ExtendedCommunity[];
  readonly removeExtendedCommunities?: readonly ExtendedCommunity[] | "all";
  /** Our own AS, so many more times. */
  readonly prepend?: number;
  /** These in front of AS_PATH, nearest first, behind what `prepend` says. */
  readonly prependAsns?: readonly (number | "own")[];
  /** Our end of the session, or an address that the route's family can have as next hop; others change nothing. */
  readonly nextHop?: "self" | Address;
}

/** One line of a filter. `next-term` changes the route and lets the lines below decide. */
export interface Term {
  readonly name: string;
  readonly match: Match;
  readonly verdict: "accept" | "reject" | "next-term";
  readonly change?: Change;
}

/**
 * A filter is data: the first term that matches decides, `otherwise` when none does. Terms match what the route was when
 * it came, not what terms above made of it; the changes of all `next-term`s that matched add up.
 */
export interface Filter {
  readonly name: string;
  readonly terms: readonly Term[];
  readonly otherwise: "accept" | "reject";
}

/** Accepts everything as it is. */
export const acceptAll: Filter = { name: "accept-all", terms: [], otherwise: "accept" };

/** Accepts nothing. */
export const rejectAll: Filter = { name: "reject-all", terms: [], otherwise: "reject" };

const keys = new WeakMap<Filter, string>();

/** Equal texts mean equal filters; the key by which peers share an update group. Worked out once for every filter. */
export function filterKey(filter: Filter | undefined): string {
  if (filter === undefined) return "";
  const known = keys.get(filter);
  if (known !== undefined) return known;
  const key = JSON.stringify(filter);
  keys.set(filter, key);
  return key;
}
