import { neighbourKey } from "../../kernel/neighbour.ts";
import { type Prefix, prefixKey } from "../../net/prefix.ts";
import type { LinkState, LocalEndpoint, PlannedNeighbour, PlannedRoute } from "./planned.ts";

/**
 * The local routes of a node, by prefix: one to the interface of each workload address, and a blackhole for each block.
 * A workload beats a blackhole; of two endpoints that claim one address the one with the lesser key wins, so that the answer
 * depends on who claims and not on who came first. An endpoint whose interface is missing or down has no route yet.
 */
export function localRoutes(
  endpoints: ReadonlyMap<string, LocalEndpoint>,
  links: ReadonlyMap<string, LinkState>,
  blocks: readonly Prefix[],
): ReadonlyMap<string, PlannedRoute> {
  const routes = new Map<string, PlannedRoute>();
  for (const block of blocks) {
    // Nothing to aggregate: a block of one address is that address's own route.
    if (block.length === (block.family === "ipv4" ? 32 : 128)) continue;
    routes.set(prefixKey(block), { kind: "blackhole", prefix: block });
  }
  for (const endpoint of endpoints.values()) {
    const link = links.get(endpoint.interfaceName);
    if (!link?.up) continue;
    for (const prefix of endpoint.addresses) {
      const key = prefixKey(prefix);
      const other = routes.get(key);
      if (other?.kind === "workload" && other.endpoint < endpoint.key) continue;
      routes.set(key, {
        kind: "workload",
        prefix,
        ifindex: link.ifindex,
        interfaceName: link.name,
        endpoint: endpoint.key,
      });
    }
  }
  return routes;
}

/** The permanent neighbours of a node: one per workload route whose endpoint says its MAC. Keyed as the kernel room does. */
export function localNeighbours(
  routes: ReadonlyMap<string, PlannedRoute>,
  endpoints: ReadonlyMap<string, LocalEndpoint>,
): ReadonlyMap<string, PlannedNeighbour> {
  const neighbours = new Map<string, PlannedNeighbour>();
  for (const route of routes.values()) {
    const mac = route.kind === "workload" ? endpoints.get(route.endpoint)?.mac : undefined;
    if (route.kind !== "workload" || !mac) continue;
    const { family, a, b, c, d } = route.prefix;
    const neighbour = { ifindex: route.ifindex, address: { family, a, b, c, d }, mac: mac.toLowerCase() };
    neighbours.set(neighbourKey(neighbour), neighbour);
  }
  return neighbours;
}

/** Whether two routes lead to the same place for the same endpoint. */
export function samePlannedRoute(x: PlannedRoute, y: PlannedRoute): boolean {
  if (x.kind === "blackhole" || y.kind === "blackhole") return x.kind === y.kind;
  return x.ifindex === y.ifindex && x.interfaceName === y.interfaceName && x.endpoint === y.endpoint;
}
