import { compareAddresses } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import { localPeer } from "../rib/peer-table.ts";
import type { Rib } from "../rib/rib.ts";
import type { RouteNextHop } from "./ports.ts";

/** By which paths a prefix is forwarded, and where they lead. */
export interface Forwarding {
  /** Path ids, the best one first; those that lead to one next hop are all among them. */
  readonly paths: readonly number[];
  /** Sorted by address and zone, each once: equal sets are equal lists. Empty without a route, and for our own. */
  readonly hops: readonly RouteNextHop[];
}

/** Says of a path where it leads; undefined: nowhere that packets can be sent to. */
export type NextHopOf = (path: number) => RouteNextHop | undefined;

const nowhere: Forwarding = { paths: [], hops: [] };

/**
 * Where packets for a prefix go as of now: to the next hop of the best path and, with `maxPaths` above 1, to those of the
 * paths that only tie-breaks put behind it, `maxPaths` different ones at most. Which ones depends on the paths alone.
 */
export function forwarding(rib: Rib, prefix: number, maxPaths: number, nextHopOf: NextHopOf): Forwarding {
  const { locRib, paths } = rib;
  const best = locRib.best(prefix);
  if (best === 0 || paths.peer[best] === localPeer) return nowhere;
  const hop = nextHopOf(best);
  if (!hop) return nowhere;
  const isAlone = paths.first[prefix] === best && paths.next[best] === 0;
  if (maxPaths < 2 || isAlone) return { paths: [best], hops: [hop] };
  const used: number[] = [];
  const hops = new Map<string, RouteNextHop>();
  for (const path of locRib.multipath(prefix)) {
    const way = nextHopOf(path);
    const name = way && nextHopText(way);
    if (name === undefined || (!hops.has(name) && hops.size === maxPaths)) continue;
    hops.set(name, way!);
    used.push(path);
  }
  return { paths: used, hops: [...hops.values()].sort(compareNextHops) };
}

/** A next hop as people write it: the address, with zone when it has one. */
export function nextHopText({ address, zone }: RouteNextHop): string {
  return zone === "" ? formatAddress(address) : `${formatAddress(address)}%${zone}`;
}

function compareNextHops(x: RouteNextHop, y: RouteNextHop): number {
  return compareAddresses(x.address, y.address) || (x.zone < y.zone ? -1 : Number(x.zone > y.zone));
}
