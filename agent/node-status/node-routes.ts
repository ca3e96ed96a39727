import type { RoutePage, RouteQuery, RouteState } from "../../bgp/speaker/route-query.ts";
import type { CalicoNodeStatusStatus } from "../../datastore/model/calico-node-status.ts";
import { parseAddress } from "../../net/address-text.ts";
import type { Family } from "../../net/family.ts";
import { covers, formatPrefix } from "../../net/prefix.ts";
import type { NodeGraph } from "../graph/node-graph.ts";
import type { HostAddress } from "../registration/own-address.ts";

/** A route as a CalicoNodeStatus has it. */
export type NodeRoute = NonNullable<NonNullable<CalicoNodeStatusStatus["routes"]>["routesV4"]>[number];

/** Most routes of a family: an object of etcd ends at 1.5 MB. Workloads come first, so that none of them is left out. */
export const mostRoutes = 4000;

/** What routes are made from. */
export interface RouteSources {
  readonly graph: NodeGraph;
  /** The speaker's routes, page by page; undefined: none runs. */
  readonly listRoutes: ((query: RouteQuery) => RoutePage) | undefined;
  readonly addresses: readonly HostAddress[];
}

function local({ graph }: RouteSources, family: Family): readonly NodeRoute[] {
  const all = [...graph.routes.values()].filter(({ prefix }) => prefix.family === family);
  const workloads = all.filter((route) => route.kind === "workload");
  const blocks = all.filter((route) => route.kind === "blackhole");
  return [
    ...workloads.map(({ prefix, interfaceName }) => ({
      type: "FIB",
      destination: formatPrefix(prefix),
      gateway: "N/A",
      interface: interfaceName,
      learnedFrom: { sourceType: "Kernel" },
    })),
    ...blocks.map(({ prefix }) => ({
      type: "FIB",
      destination: formatPrefix(prefix),
      gateway: "N/A",
      interface: "blackhole",
      learnedFrom: { sourceType: "Static" },
    })),
  ];
}

/** The link on which a next hop is a neighbour, or empty when it is behind another one. */
function linkOf(gateway: string, addresses: readonly HostAddress[]): string {
  const address = parseAddress(gateway);
  return (address && addresses.find(({ prefix }) => covers(prefix, address))?.interfaceName) ?? "";
}

function learned(route: RouteState, { graph, addresses }: RouteSources, family: Family): NodeRoute {
  const gateway = route.nextHop ?? route.linkLocal ?? "";
  const [peer = "", zone = ""] = route.peer.split("%");
  const type = graph.peers.get(`${peer} ${family}`)?.type;
  return {
    type: route.state === "best" || route.state === "multipath" ? "FIB" : "RIB",
    destination: route.prefix,
    gateway,
    interface: zone || linkOf(gateway, addresses),
    learnedFrom: { sourceType: type === "node-to-node mesh" ? "NodeMesh" : "BGPPeer", peerIP: peer },
  };
}

/**
 * The routes of a family, as Calico reports BIRD's: those of workloads and blocks, then what peers told; FIB is what is
 * forwarded by, RIB what could be. At most 4,000.
 */
export function nodeRoutes(sources: RouteSources, family: Family): readonly NodeRoute[] {
  const routes = [...local(sources, family)];
  for (
    let cursor: string | undefined = "";
    sources.listRoutes && cursor !== undefined && routes.length < mostRoutes;
  ) {
    const page: RoutePage = sources.listRoutes({ view: "all", family, limit: 1000, ...(cursor && { cursor }) });
    for (const route of page.routes) if (route.peer !== "local") routes.push(learned(route, sources, family));
    cursor = page.next;
  }
  return routes.slice(0, mostRoutes);
}
