import { asNumberOf } from "../../datastore/model/as-number.ts";
import type { BGPFilter } from "../../datastore/model/bgp-filter.ts";
import type { BGPPeer } from "../../datastore/model/bgp-peer.ts";
import { parseDuration } from "../../datastore/model/duration.ts";
import type { Node } from "../../datastore/model/node.ts";
import type { Address } from "../../net/address.ts";
import { formatAddress, parseAddress } from "../../net/address-text.ts";
import type { Secret } from "../secrets/secret.ts";
import { type Remote, type RemoteInput, remoteNodes, remotesOf, remoteWorkloads, selects } from "./bgp-remotes.ts";
import { type BgpSettings, defaultListenPort } from "./bgp-settings.ts";
import { passwordOf } from "./password.ts";
import type { LocalEndpoint, PlannedPeer, Self } from "./planned.ts";

/** Everything the sessions of a node follow from. */
export interface PeeringInput {
  readonly self: Self;
  readonly nodes: ReadonlyMap<string, Node>;
  readonly peerings: ReadonlyMap<string, BGPPeer>;
  readonly settings: BgpSettings;
  /** BGPFilters by name; absent: there are none. */
  readonly filters?: ReadonlyMap<string, BGPFilter>;
  /** What passwords stand for, by `name/key`; absent: nothing has been read. */
  readonly secrets?: ReadonlyMap<string, Secret>;
  /** The port on which a node waits; absent: the same for all. */
  readonly listenPort?: (node: string) => number;
  /** Workloads of this node; absent: there are none. */
  readonly workloads?: Iterable<LocalEndpoint>;
}

type Spec = BGPPeer["spec"];

/** Strongest first: what an operator wrote for one node beats what was written for all, and that beats the mesh. */
const rank = { "node specific": 0, global: 1, "node-to-node mesh": 2 } as const;

/** Longest restart time that an OPEN can say, seconds (RFC 4724 3: twelve bits), and longest hold time. */
const longestRestart = 4095;
const longestHold = 65535;

function wholeSeconds(value: string | undefined, most: number): number | undefined {
  const millis = value === undefined ? undefined : parseDuration(value);
  return millis === undefined ? undefined : Math.min(most, Math.round(millis / 1000));
}

function plainAddress({ family, a, b, c, d }: Address): Address {
  return { family, a, b, c, d };
}

function nextHopOf({ nextHopMode, keepOriginalNextHop }: Spec): PlannedPeer["nextHop"] {
  if (nextHopMode === "Self") return "self";
  return nextHopMode === "Keep" || keepOriginalNextHop ? "keep" : "auto";
}

/** Our end: our address in BGP unless none is to be named; towards a workload always the one at which it finds us. */
function sourceOf({ sourceAddress }: Spec, own: Address | undefined, isWorkload: boolean): Address | undefined {
  return own && (isWorkload || sourceAddress !== "None") ? plainAddress(own) : undefined;
}

function plan(input: PeeringInput, remote: Remote, type: PlannedPeer["type"], origin: string, spec: Spec): PlannedPeer {
  const { self, secrets = new Map() } = input;
  const own = remote.family === "ipv4" ? self.ipv4 : self.ipv6;
  const text = formatAddress(remote.address);
  const localAsn = spec.localASNumber !== undefined ? asNumberOf(spec.localASNumber) : self.asn;
  const internal = remote.asn === localAsn;
  const { key: password, problem } = passwordOf(spec.password, secrets);
  const keepaliveSeconds = wholeSeconds(spec.keepaliveTime, Math.floor(longestHold / 3));
  return {
    key: `${text} ${remote.family}`,
    family: remote.family,
    address: plainAddress(remote.address),
    zone: undefined,
    port: remote.port,
    asn: remote.asn,
    localAsn,
    type,
    // Calico compares the texts: "10.0.0.9" > "10.0.0.10". Pairs with a Calico node only agree when we do the same.
    passive: remote.singleDialler && own !== undefined && text > formatAddress(own),
    sourceAddress: sourceOf(spec, remote.workload?.ownAddress ?? own, remote.workload !== undefined),
    password,
    problem,
    ttlSecurityHops: spec.ttlSecurity || undefined,
    keepaliveSeconds: keepaliveSeconds === undefined ? undefined : Math.max(1, keepaliveSeconds),
    restartSeconds: wholeSeconds(spec.maxRestartTime, longestRestart),
    nextHop: nextHopOf(spec),
    routeReflectorClient: internal && self.clusterId !== undefined && remote.clusterId !== self.clusterId,
    allowLocalAs: spec.numAllowedLocalASNumbers ?? 0,
    reachableBy: spec.reachableBy ? parseAddress(spec.reachableBy) : undefined,
    workload: remote.workload?.interfaceName,
    // A name that stands for nothing is passed over, as Calico does.
    filters: (spec.filters ?? []).flatMap((name) => input.filters?.get(name) ?? []),
    origin,
  };
}

function remoteInput(input: PeeringInput): RemoteInput {
  const { self, nodes, settings } = input;
  const { listenPort = () => settings.listenPort ?? defaultListenPort } = input;
  return { name: self.name, nodes, settings, listenPort };
}

/** Every node but reflectors, and nobody where we reflect. */
function meshPeers(input: PeeringInput): PlannedPeer[] {
  const { self, settings } = input;
  if (settings.nodeToNodeMeshEnabled === false || self.clusterId) return [];
  const spec: Spec = {
    ...(settings.nodeMeshMaxRestartTime && { maxRestartTime: settings.nodeMeshMaxRestartTime }),
    ...(settings.nodeMeshPassword && { password: settings.nodeMeshPassword }),
  };
  return remoteNodes(remoteInput(input), ({ spec: { bgp } }) => !bgp?.routeReflectorClusterID).map((remote) =>
    plan(input, remote, "node-to-node mesh", "mesh", spec),
  );
}

/** Whether a node is on the near side of a peering. */
function appliesTo(spec: Spec, name: string, labels: Readonly<Record<string, string>>): boolean {
  if (spec.node) return spec.node === name;
  return spec.nodeSelector ? selects(spec.nodeSelector, labels) : true;
}

function configuredPeers(input: PeeringInput): PlannedPeer[] {
  const { self } = input;
  const remotes = remoteInput(input);
  return [...input.peerings.values()].flatMap(({ metadata, spec }) => {
    const type = spec.node || spec.nodeSelector ? "node specific" : "global";
    const reach = (): Remote[] =>
      spec.localWorkloadSelector ? remoteWorkloads(remotes, spec, input.workloads ?? []) : remotesOf(remotes, spec);
    const near = appliesTo(spec, self.name, self.labels) ? reach() : [];
    const isFar = spec.peerSelector && spec.reversePeering !== "Manual" && selects(spec.peerSelector, self.labels);
    // The nodes that peer with us because of this object need us to peer with them.
    const back = isFar
      ? remoteNodes(remotes, ({ metadata: { name, labels } }) => appliesTo(spec, name, labels ?? {}))
      : [];
    return [...near, ...back].map((remote) => plan(input, remote, type, `BGPPeer(${metadata.name})`, spec));
  });
}

/**
 * The BGP sessions that this node should have, by `address family`: the mesh and what BGPPeers ask for. Of several that want
 * the same address the most specific wins, then the lesser name; an address of our own and a family we have no address in are
 * left out. Source: Calico confd/pkg/backends/calico/bgp_processor.go.
 */
export function bgpPeers(input: PeeringInput): ReadonlyMap<string, PlannedPeer> {
  const { self } = input;
  const out = new Map<string, PlannedPeer>();
  for (const peer of [...configuredPeers(input), ...meshPeers(input)]) {
    const own = peer.family === "ipv4" ? self.ipv4 : self.ipv6;
    if (!own || formatAddress(own) === formatAddress(peer.address)) continue;
    const other = out.get(peer.key);
    if (other && (rank[other.type] - rank[peer.type] || (other.origin <= peer.origin ? -1 : 1)) < 0) continue;
    out.set(peer.key, peer);
  }
  return out;
}
