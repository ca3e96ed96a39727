import { parseCommunity, parseLargeCommunity } from "../../bgp/attribute/community-text.ts";
import { combined } from "../../bgp/filter/combine.ts";
import type { Change, Filter, Match, PrefixRange, Term } from "../../bgp/filter/filter.ts";
import { asNumberOf } from "../../datastore/model/as-number.ts";
import type { BGPFilter, BGPFilterRule } from "../../datastore/model/bgp-filter.ts";
import { addressBits, type Family } from "../../net/family.ts";
import { masked, parsePrefix } from "../../net/prefix.ts";

/** Which rules of a BGPFilter are meant: those for what comes in or for what goes out. */
export type FilterDirection = "import" | "export";

/** Of which session the rules are asked. */
export interface FilterUse {
  readonly direction: FilterDirection;
  readonly family: Family;
  /** The peer has another AS than ours. */
  readonly isExternal: boolean;
}

/** Kernel metric plus LOCAL_PREF in Calico: what it sends for a route of a certain priority is this less the priority. */
const highestLocalPref = 2147483647;

/** A set without members: no route meets it. */
const nowhere: readonly PrefixRange[] = [];

/**
 * The filter that BGPFilters, in their order, make of the policy that stands behind them: the first rule that matches
 * decides, and what no rule matches is left to `builtIn`, as in Calico. Without filters it is `builtIn` itself.
 */
export function withBgpFilters(filters: readonly BGPFilter[], use: FilterUse, builtIn: Filter): Filter {
  const terms = filters.flatMap((one) => bgpFilterTerms(one, use));
  if (terms.length === 0) return builtIn;
  const name = [...filters.map(({ metadata }) => metadata.name), builtIn.name].join(", then ");
  return { name, terms: [...terms, ...builtIn.terms], otherwise: builtIn.otherwise };
}

/**
 * The rules of one BGPFilter as terms, in order; rules for the other kind of peer are left out. A priority is Calico's
 * kernel metric, which travels as LOCAL_PREF 2147483647 − priority. Source: Calico confd/docs/bgpfilter-bird-config-
 * examples.md and template_funcs.go; unlike there, Equal and NotEqual with a prefixLength mean that prefix with that length
 * (BIRD compares a prefix with a set, which is never equal).
 */
export function bgpFilterTerms({ metadata, spec }: BGPFilter, use: FilterUse): readonly Term[] {
  const field = `${use.direction}${use.family === "ipv4" ? "V4" : "V6"}` as const;
  const rules: readonly BGPFilterRule[] = spec[field] ?? [];
  return rules.flatMap((rule, i) => {
    if (rule.peerType !== undefined && (rule.peerType === "eBGP") !== use.isExternal) return [];
    const change = changeOf(rule);
    const name = `BGPFilter(${metadata.name}) ${field}[${i}]`;
    const verdict = rule.action === "Accept" ? "accept" : "reject";
    return [{ name, match: matchOf(rule), verdict, ...(change && { change }) } satisfies Term];
  });
}

function matchOf(rule: BGPFilterRule): Match {
  const { source, interface: name, communities, asPathPrefix, priority } = rule;
  return {
    ...prefixesOf(rule),
    ...(source === "RemotePeers" && { source: "peers" as const }),
    ...(name !== undefined && name !== "" && { interfaces: [name] }),
    ...(communities && communityOf(communities.values[0]!)),
    ...(asPathPrefix && asPathPrefix.length > 0 && { asPath: { pattern: [...asPathPrefix.map(asNumberOf), "*"] } }),
    ...(priority !== undefined && { localPref: highestLocalPref - priority }),
  };
}

/** `In` and `NotIn` ask for anything inside, between the lengths; `Equal` and `NotEqual` for the prefix itself. */
function prefixesOf({ cidr, matchOperator, prefixLength }: BGPFilterRule): Pick<Match, "prefixes" | "notPrefixes"> {
  const parsed = cidr === undefined ? undefined : parsePrefix(cidr);
  if (parsed === undefined || matchOperator === undefined) return {};
  const prefix = masked(parsed);
  const isExact = matchOperator === "Equal" || matchOperator === "NotEqual";
  const minLength = Math.max(prefix.length, prefixLength?.min ?? 0);
  const longest = Math.min(addressBits[prefix.family], prefixLength?.max ?? addressBits[prefix.family]);
  const maxLength = isExact ? Math.min(longest, prefix.length) : longest;
  const ranges = minLength > maxLength ? nowhere : [{ prefix, minLength, maxLength }];
  return matchOperator === "In" || matchOperator === "Equal" ? { prefixes: ranges } : { notPrefixes: ranges };
}

/** `aa:nn` is a community, `aa:nn:mm` a large one; a number that does not fit is one that no route has. */
function communityOf(text: string): Pick<Match, "communities" | "largeCommunities"> {
  if (text.split(":").length === 3) {
    const large = parseLargeCommunity(text);
    return { largeCommunities: large ? [large] : [] };
  }
  const plain = parseCommunity(text);
  return { communities: plain === undefined ? [] : [plain] };
}

/** Operations happen one after the other. */
function changeOf({ operations = [] }: BGPFilterRule): Change | undefined {
  let change: Change | undefined;
  for (const { addCommunity, prependASPath, setPriority } of operations) {
    if (addCommunity) change = combined(change, additionOf(addCommunity.value));
    if (prependASPath) change = combined(change, { prependAsns: prependASPath.prefix.map(asNumberOf) });
    if (setPriority) change = combined(change, { localPref: highestLocalPref - setPriority.value });
  }
  return change;
}

function additionOf(text: string): Change {
  const { communities, largeCommunities } = communityOf(text);
  return {
    ...(communities && { addCommunities: communities }),
    ...(largeCommunities && { addLargeCommunities: largeCommunities }),
  };
}
