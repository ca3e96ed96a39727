import type { Filter, Match, PrefixRange, Term } from "../../bgp/filter/filter.ts";
import { addressBits, type Family } from "../../net/family.ts";
import { comparePrefixes } from "../../net/prefix.ts";
import type { PoolExport } from "../graph/advertisements.ts";

/** MED with which what other nodes announced leaves towards eBGP peers: the owner's own announcement, with 0, is preferred. */
export const relayedMed = 100;

function inside(pool: PoolExport): PrefixRange {
  const { prefix } = pool;
  return { prefix, minLength: prefix.length, maxLength: addressBits[prefix.family] };
}

/**
 * What leaves this node towards a peer: routes inside exported pools and nothing else, so that a node is never in transit
 * between routers; a pool inside another one decides for its part. Towards eBGP peers our own routes have MED 0 and those of
 * other nodes 100. Source: Calico confd's calico_export_to_bgp_peers; the MED is ours.
 */
export function exportFilter(pools: readonly PoolExport[], family: Family, isExternal: boolean): Filter {
  const terms: Term[] = [];
  const own = pools.filter(({ prefix }) => prefix.family === family);
  // The longest first, so that the innermost pool decides.
  own.sort((x, y) => y.prefix.length - x.prefix.length || comparePrefixes(x.prefix, y.prefix));
  for (const pool of own) {
    const match: Match = { prefixes: [inside(pool)] };
    if (!pool.exported) terms.push({ name: "pool with disableBGPExport", match, verdict: "reject" });
    else if (!isExternal) terms.push({ name: "pool", match, verdict: "accept" });
    else {
      terms.push({
        name: "own route in a pool",
        match: { ...match, source: "local" },
        verdict: "accept",
        change: { med: 0 },
      });
      terms.push({ name: "pool", match, verdict: "accept", change: { med: relayedMed } });
    }
  }
  return { name: "pools", terms, otherwise: "reject" };
}
