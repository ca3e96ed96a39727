import { messagesOf } from "../bgp/session/counters.ts";
import type { PeerState, SpeakerStatus } from "../bgp/speaker/status.ts";
import { formatTimestamp } from "../datastore/timestamp.ts";
import { formatAddress } from "../net/address-text.ts";
import { formatPrefix } from "../net/prefix.ts";
import type { AgentStatus, Condition, PeerStatus } from "./api/status.ts";
import type { Standing } from "./endpoint-status/endpoint-state.ts";
import type { NodeGraph } from "./graph/node-graph.ts";
import type { LocalEndpoint, PlannedPeer } from "./graph/planned.ts";

/** How things stand, as the parts of the agent know it. */
export interface Situation {
  readonly version: string;
  readonly node: string;
  readonly startedAt: number;
  readonly graph: NodeGraph;
  readonly speaker: SpeakerStatus | undefined;
  /** Empty, or why BGP is off on purpose. */
  readonly bgpOff: string;
  readonly datastore: Condition;
  readonly kernel: Condition;
  readonly registration: Condition;
  readonly routes: AgentStatus["routes"];
  readonly policies: number;
  readonly sets: number;
  /** How an endpoint stands. */
  readonly standing: (endpoint: string) => Standing;
  readonly firewall?: AgentStatus["firewall"] | undefined;
  /** Fields of FelixConfiguration that wait for the next start, with commas. */
  readonly waitingSettings?: string;
  readonly policyFaults?: AgentStatus["policyFaults"];
}

function peerStatus(planned: PlannedPeer, state: PeerState | undefined): PeerStatus {
  const family = state?.families.find((one) => one.family === planned.family);
  return {
    address: formatAddress(planned.address),
    asn: planned.asn,
    type: planned.type,
    family: planned.family,
    state: state?.state ?? "Idle",
    since: state ? formatTimestamp(state.since) : "",
    received: family?.received ?? 0,
    advertised: family?.advertised ?? 0,
    why: planned.problem || (state ? state.why : "the speaker is not running yet"),
    ...(state && { detail: peerDetail(state, family) }),
  };
}

function peerDetail(
  state: PeerState,
  family: PeerState["families"][number] | undefined,
): PeerStatus["detail"] & object {
  const { counters } = state;
  const { lastError } = counters;
  return {
    accepted: family?.accepted ?? 0,
    stale: family?.stale ?? 0,
    established: counters.established,
    messagesIn: messagesOf(counters.messagesIn),
    messagesOut: messagesOf(counters.messagesOut),
    malformed: counters.malformed,
    ...(lastError && { lastError: `${lastError.direction} ${lastError.text}` }),
  };
}

/** The sessions that the node should have, each with how it stands; sorted by family, then address. */
export function peerStatuses(graph: NodeGraph, speaker: SpeakerStatus | undefined): readonly PeerStatus[] {
  const states = new Map(speaker?.peers.map((peer) => [peer.name, peer]));
  return [...graph.peers.values()]
    .map((planned) => peerStatus(planned, states.get(formatAddress(planned.address))))
    .sort((x, y) => (x.family === y.family ? (x.address < y.address ? -1 : 1) : x.family < y.family ? -1 : 1));
}

/** One session up is enough to be ready: a single dead peer must not take the node out; every dead one is named all the same. */
function bgpCondition(peers: readonly PeerStatus[], off: string): Condition {
  if (off !== "") return { name: "bgp", holds: true, why: off };
  const down = peers.filter((peer) => peer.state !== "Established");
  const up = peers.length - down.length;
  const reasons = down.map((p) => `${p.address} ${p.family} ${p.state}${p.why === "" ? "" : `: ${p.why}`}`).join("; ");
  const count = `${up} of ${peers.length} sessions Established`;
  return { name: "bgp", holds: peers.length === 0 || up > 0, why: reasons === "" ? count : `${count}; ${reasons}` };
}

/** What the tables of a speaker hold and cost. */
function bgpTables({ families, attributeSets, memory, isDeciding }: SpeakerStatus): AgentStatus["bgp"] & object {
  const paths = families.reduce((sum, family) => sum + family.paths, 0);
  const bytes = Object.values(memory).reduce((sum, one) => sum + one, 0);
  const bytesPerRoute = paths === 0 ? 0 : Math.round(bytes / paths);
  return { paths, attributeSets, bytes, bytesPerRoute, isDeciding };
}

function workloadStatus(endpoint: LocalEndpoint, { state, why }: Standing): AgentStatus["workloads"][number] {
  const { name, namespace, interfaceName } = endpoint;
  const addresses = endpoint.addresses.map(formatPrefix);
  return { name, namespace, interfaceName, addresses, state, ...(why !== "" && { why }) };
}

/** Everything the agent says of itself. */
export function agentStatus(situation: Situation): AgentStatus {
  const { graph, speaker } = situation;
  const peers = peerStatuses(graph, speaker);
  const bgp = bgpCondition(peers, situation.bgpOff);
  const conditions = [situation.datastore, situation.registration, situation.kernel, bgp];
  return {
    ok: true,
    node: situation.node,
    version: situation.version,
    asn: graph.self?.asn ?? 0,
    routerId: graph.self?.routerId ?? "",
    startedAt: formatTimestamp(situation.startedAt),
    ready: conditions.every((condition) => condition.holds),
    conditions,
    peers,
    workloads: [...graph.endpoints.values()].map((endpoint) =>
      workloadStatus(endpoint, situation.standing(endpoint.key)),
    ),
    routes: situation.routes,
    ...(speaker && { bgp: bgpTables(speaker) }),
    blocks: [...graph.blocks.values()].map(formatPrefix).sort(),
    ...(situation.firewall && { firewall: situation.firewall }),
    ...(situation.waitingSettings && { waitingSettings: situation.waitingSettings }),
    ...(situation.policyFaults && { policyFaults: situation.policyFaults }),
    policies: situation.policies,
    sets: situation.sets,
  };
}

/** The page of /readiness: a line a condition, with the reason. */
export function readinessText(status: AgentStatus): string {
  return status.conditions.map(({ name, holds, why }) => `${holds ? "ok" : "NOT READY"} ${name}: ${why}\n`).join("");
}
