import { asNumberOf } from "../../datastore/model/as-number.ts";
import type { BGPPeer } from "../../datastore/model/bgp-peer.ts";
import { parsePeerIP } from "../../datastore/model/bgp-peer-check.ts";
import type { Node } from "../../datastore/model/node.ts";
import type { Address } from "../../net/address.ts";
import { formatAddress, parseAddress } from "../../net/address-text.ts";
import { type Family, families } from "../../net/family.ts";
import { matches } from "../../policy/selector/evaluate.ts";
import { parseSelector } from "../../policy/selector/parse.ts";
import { type BgpSettings, defaultListenPort } from "./bgp-settings.ts";
import type { LocalEndpoint } from "./planned.ts";
import { nodeAddress, nodeAsn } from "./self.ts";

/** The other end of a session before options: a node of ours, or a stranger. */
export interface Remote {
  readonly family: Family;
  readonly address: Address;
  readonly port: number;
  readonly asn: number;
  /** Cluster that it reflects for; undefined: it does not reflect, as far as we know. */
  readonly clusterId: string | undefined;
  /** Whether one of two Calico nodes is to dial, by comparison of their addresses. */
  readonly singleDialler: boolean;
  /** A workload of this node, and the address at which it finds us. */
  readonly workload?: { readonly interfaceName: string; readonly ownAddress: Address };
}

/** What the other ends of a peering follow from. */
export interface RemoteInput {
  /** Name of this node. */
  readonly name: string;
  readonly nodes: ReadonlyMap<string, Node>;
  readonly settings: BgpSettings;
  /** The port on which a node waits. */
  readonly listenPort: (node: string) => number;
}

/** Whether a selector chooses these labels; one that cannot be read chooses nothing. */
export function selects(selector: string | undefined, labels: Readonly<Record<string, string>>): boolean {
  const parsed = parseSelector(selector ?? "");
  return "selector" in parsed && matches(parsed.selector, labels);
}

/** A node of ours as the other end in a family, or undefined when it has no address there. */
export function remoteNode(input: RemoteInput, node: Node, family: Family): Remote | undefined {
  const address = nodeAddress(node, family);
  if (!address) return undefined;
  return {
    family,
    address,
    port: input.listenPort(node.metadata.name),
    asn: nodeAsn(node, input.settings),
    clusterId: node.spec.bgp?.routeReflectorClusterID || undefined,
    singleDialler: true,
  };
}

/** The nodes but this one that a test chooses, in every family they have an address in. */
export function remoteNodes(input: RemoteInput, isChosen: (node: Node) => boolean): Remote[] {
  const chosen = [...input.nodes.values()].filter((node) => node.metadata.name !== input.name && isChosen(node));
  return chosen.flatMap((node) => families.flatMap((family) => remoteNode(input, node, family) ?? []));
}

/**
 * The workloads of this node that `localWorkloadSelector` chooses, at each of their addresses in a family for which the
 * settings say where they find us.
 */
export function remoteWorkloads(
  { settings }: RemoteInput,
  { localWorkloadSelector, asNumber }: BGPPeer["spec"],
  workloads: Iterable<LocalEndpoint>,
): Remote[] {
  const { localWorkloadPeeringIPV4 = "", localWorkloadPeeringIPV6 = "" } = settings;
  const own = { ipv4: parseAddress(localWorkloadPeeringIPV4), ipv6: parseAddress(localWorkloadPeeringIPV6) };
  const asn = asNumber === undefined ? 0 : asNumberOf(asNumber);
  const inOrder = [...workloads].sort((x, y) => (x.key < y.key ? -1 : 1));
  return inOrder.flatMap(({ interfaceName, addresses, labels }) => {
    if (asn === 0 || !selects(localWorkloadSelector, labels)) return [];
    return addresses.flatMap((address): Remote[] => {
      const { family } = address;
      const ownAddress = own[family];
      if (ownAddress?.family !== family) return [];
      const workload = { interfaceName, ownAddress };
      return [{ family, address, port: defaultListenPort, asn, clusterId: undefined, singleDialler: false, workload }];
    });
  });
}

/** The other ends that a peering names for the nodes on its near side: those it selects, or the one of `peerIP`. */
export function remotesOf(input: RemoteInput, spec: BGPPeer["spec"]): Remote[] {
  const { peerSelector } = spec;
  if (peerSelector) return remoteNodes(input, ({ metadata }) => selects(peerSelector, metadata.labels ?? {}));
  const target = spec.peerIP ? parsePeerIP(spec.peerIP) : undefined;
  if (!target || spec.asNumber === undefined) return [];
  const { address } = target;
  const text = formatAddress(address);
  const node = [...input.nodes.values()].find((one) => {
    const own = nodeAddress(one, address.family);
    return own !== undefined && formatAddress(own) === text;
  });
  return [
    {
      family: address.family,
      address,
      // A node of ours waits where its configuration says; a stranger on 179.
      port: target.port ?? (node ? input.listenPort(node.metadata.name) : defaultListenPort),
      asn: asNumberOf(spec.asNumber),
      clusterId: node?.spec.bgp?.routeReflectorClusterID || undefined,
      singleDialler: false,
    },
  ];
}
