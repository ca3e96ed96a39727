import type { CalicoNodeStatusStatus } from "../../datastore/model/calico-node-status.ts";
import type { Family } from "../../net/family.ts";
import type { AgentStatus, PeerStatus } from "../api/status.ts";
import { type NodeRoute, nodeRoutes, type RouteSources } from "./node-routes.ts";

/** What a request may ask for. */
export type StatusClass = "Agent" | "BGP" | "Routes";

/** What a status is made from. */
export interface StatusSources extends RouteSources {
  readonly status: AgentStatus;
  /** BGP is running and decides. */
  readonly isRouting: boolean;
}

type Daemon = NonNullable<NonNullable<CalicoNodeStatusStatus["agent"]>["birdV4"]>;
type Peer = NonNullable<NonNullable<CalicoNodeStatusStatus["bgp"]>["peersV4"]>[number];

const peerTypes: Readonly<Record<PeerStatus["type"], string>> = {
  "node-to-node mesh": "NodeMesh",
  "node specific": "NodePeer",
  global: "GlobalPeer",
  dynamic: "GlobalPeer",
};

function daemon({ status, isRouting }: StatusSources): Daemon {
  return {
    state: isRouting ? "Ready" : "NotReady",
    version: `manx ${status.version}`,
    routerID: status.routerId,
    lastBootTime: status.startedAt,
    lastReconfigurationTime: status.startedAt,
  };
}

function peersOf({ status }: StatusSources, family: Family): readonly Peer[] {
  const peers = status.peers.filter((peer) => peer.family === family);
  return peers.map(({ address, type, state, since }) => ({ peerIP: address, type: peerTypes[type], state, since }));
}

const established = (peers: readonly Peer[]): number => peers.filter(({ state }) => state === "Established").length;

function bgp(sources: StatusSources): NonNullable<CalicoNodeStatusStatus["bgp"]> {
  const [peersV4, peersV6] = [peersOf(sources, "ipv4"), peersOf(sources, "ipv6")];
  const [upV4, upV6] = [established(peersV4), established(peersV6)];
  return {
    numberEstablishedV4: upV4,
    numberNotEstablishedV4: peersV4.length - upV4,
    numberEstablishedV6: upV6,
    numberNotEstablishedV6: peersV6.length - upV6,
    peersV4: [...peersV4],
    peersV6: [...peersV6],
  };
}

function routes(sources: StatusSources): NonNullable<CalicoNodeStatusStatus["routes"]> {
  const of = (family: Family): NodeRoute[] => [...nodeRoutes(sources, family)];
  return { routesV4: of("ipv4"), routesV6: of("ipv6") };
}

/**
 * The status of a CalicoNodeStatus in Calico's shape, with the classes asked for and no others. One process does what two
 * BIRDs do there, so both are the same here. `now` is RFC 3339.
 */
export function nodeStatus(
  sources: StatusSources,
  classes: readonly StatusClass[],
  now: string,
): CalicoNodeStatusStatus {
  return {
    lastUpdated: now,
    ...(classes.includes("Agent") && { agent: { birdV4: daemon(sources), birdV6: daemon(sources) } }),
    ...(classes.includes("BGP") && { bgp: bgp(sources) }),
    ...(classes.includes("Routes") && { routes: routes(sources) }),
  };
}
