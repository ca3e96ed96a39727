import { asNumberOf } from "../../datastore/model/as-number.ts";
import type { BGPFilter } from "../../datastore/model/bgp-filter.ts";
import type { BGPPeer } from "../../datastore/model/bgp-peer.ts";
import { parsePeerIP } from "../../datastore/model/bgp-peer-check.ts";
import { parseDuration } from "../../datastore/model/duration.ts";
import type { Node } from "../../datastore/model/node.ts";
import type { Address } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import { type Family, families } from "../../net/family.ts";
import { matches } from "../../policy/selector/evaluate.ts";
import { parseSelector } from "../../policy/selector/parse.ts";
import type { PlannedPeer, Self } from "./planned.ts";
import { type BgpSettings, nodeAddress, nodeAsn } from "./self.ts";

/** Everything the sessions of a node follow from. */
export interface PeeringInput {
  readonly self: Self;
  readonly nodes: ReadonlyMap<string, Node>;
  readonly peerings: ReadonlyMap<string, BGPPeer>;
  readonly settings: BgpSettings;
  /** BGPFilters by name; absent: there are none. */
  readonly filters?: ReadonlyMap<string, BGPFilter>;
}

/** The other end of a session before options: a node of ours, or a stranger. */
interface Remote {
  readonly family: Family;
  readonly address: Address;
  readonly port: number;
  readonly asn: number;
  readonly clusterId: string | undefined;
  /** Whether one of two Calico nodes is to dial, by comparison of their addresses. */
  readonly singleDialler: boolean;
}

/** Strongest first: what an operator wrote for one node beats what was written for all, and that beats the mesh. */
const rank = { "node specific": 0, global: 1, "node-to-node mesh": 2 } as const;

function selects(selector: string | undefined, labels: Readonly<Record<string, string>>): boolean {
  const parsed = parseSelector(selector ?? "");
  return "selector" in parsed && matches(parsed.selector, labels);
}

function remoteNode(input: PeeringInput, node: Node, family: Family): Remote | undefined {
  const address = nodeAddress(node, family);
  if (!address) return undefined;
  return {
    family,
    address,
    port: input.settings.listenPort ?? 179,
    asn: nodeAsn(node, input.settings),
    clusterId: node.spec.bgp?.routeReflectorClusterID || undefined,
    singleDialler: true,
  };
}

function plan(
  input: PeeringInput,
  remote: Remote,
  type: PlannedPeer["type"],
  origin: string,
  spec: BGPPeer["spec"],
): PlannedPeer {
  const { self } = input;
  const own = remote.family === "ipv4" ? self.ipv4 : self.ipv6;
  const text = formatAddress(remote.address);
  const localAsn = spec.localASNumber !== undefined ? asNumberOf(spec.localASNumber) : self.asn;
  const internal = remote.asn === localAsn;
  const span = (value: string | undefined): number | undefined => {
    const millis = value === undefined ? undefined : parseDuration(value);
    return millis === undefined ? undefined : Math.round(millis / 1000);
  };
  return {
    key: `${text} ${remote.family}`,
    family: remote.family,
    address: {
      family: remote.family,
      a: remote.address.a,
      b: remote.address.b,
      c: remote.address.c,
      d: remote.address.d,
    },
    zone: undefined,
    port: remote.port,
    asn: remote.asn,
    localAsn,
    type,
    // Calico compares the texts: "10.0.0.9" > "10.0.0.10". Pairs with a Calico node only agree when we do the same.
    passive: remote.singleDialler && own !== undefined && text > formatAddress(own),
    sourceAddress:
      spec.sourceAddress === "None" || !own
        ? undefined
        : { family: own.family, a: own.a, b: own.b, c: own.c, d: own.d },
    password: undefined,
    ttlSecurityHops: spec.ttlSecurity || undefined,
    keepaliveSeconds: span(spec.keepaliveTime),
    restartSeconds: span(spec.maxRestartTime),
    nextHopSelf: spec.nextHopMode === "Self",
    routeReflectorClient: internal && self.clusterId !== undefined && remote.clusterId !== self.clusterId,
    allowLocalAs: spec.numAllowedLocalASNumbers ?? 0,
    // A name that stands for nothing is passed over, as Calico does.
    filters: (spec.filters ?? []).flatMap((name) => input.filters?.get(name) ?? []),
    origin,
  };
}

function meshPeers(input: PeeringInput): PlannedPeer[] {
  const { self, settings } = input;
  if (settings.nodeToNodeMeshEnabled === false || self.clusterId) return [];
  const spec = settings.nodeMeshMaxRestartTime ? { maxRestartTime: settings.nodeMeshMaxRestartTime } : {};
  const out: PlannedPeer[] = [];
  for (const node of input.nodes.values()) {
    if (node.metadata.name === self.name) continue;
    for (const family of families) {
      const remote = (family === "ipv4" ? self.ipv4 : self.ipv6) && remoteNode(input, node, family);
      if (remote && !remote.clusterId) out.push(plan(input, remote, "node-to-node mesh", "mesh", spec));
    }
  }
  return out;
}

function remotesOf(input: PeeringInput, spec: BGPPeer["spec"]): Remote[] {
  if (spec.peerSelector) {
    const chosen = [...input.nodes.values()].filter(
      (n) => n.metadata.name !== input.self.name && selects(spec.peerSelector, n.metadata.labels ?? {}),
    );
    return chosen.flatMap((node) => families.flatMap((family) => remoteNode(input, node, family) ?? []));
  }
  const target = spec.peerIP ? parsePeerIP(spec.peerIP) : undefined;
  if (!target || spec.asNumber === undefined) return [];
  const text = formatAddress(target.address);
  const node = [...input.nodes.values()].find((n) => {
    const address = nodeAddress(n, target.address.family);
    return address !== undefined && formatAddress(address) === text;
  });
  // A node of ours listens where all of them do; a stranger on 179.
  const port = target.port ?? (node ? (input.settings.listenPort ?? 179) : 179);
  return [
    {
      family: target.address.family,
      address: target.address,
      port,
      asn: asNumberOf(spec.asNumber),
      clusterId: node?.spec.bgp?.routeReflectorClusterID || undefined,
      singleDialler: false,
    },
  ];
}

function appliesTo(spec: BGPPeer["spec"], name: string, labels: Readonly<Record<string, string>>): boolean {
  if (spec.node) return spec.node === name;
  return spec.nodeSelector ? selects(spec.nodeSelector, labels) : true;
}

function configuredPeers(input: PeeringInput): PlannedPeer[] {
  const { self } = input;
  const out: PlannedPeer[] = [];
  for (const { metadata, spec } of input.peerings.values()) {
    if (spec.localWorkloadSelector) continue;
    const type = spec.node || spec.nodeSelector ? "node specific" : "global";
    const origin = `BGPPeer(${metadata.name})`;
    if (appliesTo(spec, self.name, self.labels)) {
      for (const remote of remotesOf(input, spec)) out.push(plan(input, remote, type, origin, spec));
    }
    if (!spec.peerSelector || spec.reversePeering === "Manual" || !selects(spec.peerSelector, self.labels)) continue;
    // The nodes that peer with us because of this object need us to peer with them.
    for (const node of input.nodes.values()) {
      if (node.metadata.name === self.name || !appliesTo(spec, node.metadata.name, node.metadata.labels ?? {}))
        continue;
      for (const family of families) {
        const remote = remoteNode(input, node, family);
        if (remote) out.push(plan(input, remote, type, origin, spec));
      }
    }
  }
  return out;
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
