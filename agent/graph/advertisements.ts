import { covers, type Prefix, prefixKey } from "../../net/prefix.ts";
import type { PlannedAnnouncement, PlannedRoute } from "./planned.ts";

/** An IP pool as announcements need it. */
export interface PoolExport {
  readonly prefix: Prefix;
  readonly exported: boolean;
}

/**
 * What this node announces, by prefix: its blocks, and every workload address that no block of its own covers (borrowed from
 * another node's block, or of a pool of single addresses): the longer prefix wins everywhere. Only what lies in a pool that
 * is exported leaves the node; a pool with disableBGPExport inside another one keeps its part back. Ranges of services are
 * announced as they are.
 */
export function advertisements(
  routes: ReadonlyMap<string, PlannedRoute>,
  pools: readonly PoolExport[],
  services: readonly Prefix[] = [],
): ReadonlyMap<string, PlannedAnnouncement> {
  const blocks: Prefix[] = [];
  for (const route of routes.values()) if (route.kind === "blackhole") blocks.push(route.prefix);
  const out = new Map<string, PlannedAnnouncement>();
  for (const [key, route] of routes) {
    let pool: PoolExport | undefined;
    for (const candidate of pools) {
      if (covers(candidate.prefix, route.prefix) && !(pool && pool.prefix.length >= candidate.prefix.length))
        pool = candidate;
    }
    if (!pool?.exported) continue;
    if (route.kind === "blackhole") out.set(key, { prefix: route.prefix, kind: "block" });
    else if (!blocks.some((block) => covers(block, route.prefix)))
      out.set(key, { prefix: route.prefix, kind: "address", interfaceName: route.interfaceName });
  }
  for (const prefix of services) {
    const key = prefixKey(prefix);
    if (!out.has(key)) out.set(key, { prefix, kind: "service" });
  }
  return out;
}
