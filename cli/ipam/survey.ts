import { decodeResource } from "../../datastore/decode.ts";
import { blocksPrefix, ipamPrefix, parseIpamPath } from "../../datastore/ipam-key.ts";
import type { ClusterInformation } from "../../datastore/model/cluster-information.ts";
import type { Resource } from "../../datastore/model/schemas.ts";
import { keyOf } from "../../datastore/resource-client.ts";
import { objectName, parseResourcePath } from "../../datastore/resource-key.ts";
import type { Entry, Snapshot } from "../../datastore/store.ts";
import { ownerAt } from "../../ipam/block.ts";
import { type Pool, poolOf } from "../../ipam/pool.ts";
import { blocksIn, type PlacedBlock } from "../../ipam/show.ts";
import type { Address } from "../../net/address.ts";
import { formatAddress, parseAddress } from "../../net/address-text.ts";
import { nthAddress, type Prefix, parsePrefix } from "../../net/prefix.ts";

/** Somebody who uses an address, whatever the books of IPAM say. */
export interface Use {
  readonly address: Address;
  /** `Workload(default/web)`, or `Node(n1)` for an address of a tunnel. */
  readonly owner: string;
  readonly kind: "workload" | "tunnel";
}

/** One address that a block has given out. */
export interface Given {
  readonly address: Address;
  readonly ip: string;
  readonly block: Prefix;
  readonly handle: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** The node that it was given to, or empty when nobody noted it. */
  readonly node: string;
  readonly sequenceNumber: bigint;
  /** Who uses it; empty: nobody. */
  readonly owners: readonly string[];
}

/** A handle as it lies in the store. */
export interface StoredHandle {
  readonly id: string;
  readonly revision: number;
}

/** A claim of a host to a block. */
export interface HostClaim {
  readonly host: string;
  readonly cidr: Prefix;
  readonly entry: Entry;
}

/** Everything about addresses, at one revision of the store. */
export interface Survey {
  readonly revision: number;
  readonly cluster: ClusterInformation | undefined;
  readonly pools: readonly Pool[];
  readonly nodes: ReadonlySet<string>;
  /** Nodes that workload endpoints name. */
  readonly endpointNodes: ReadonlySet<string>;
  readonly uses: readonly Use[];
  readonly blocks: readonly PlacedBlock[];
  readonly given: readonly Given[];
  readonly handles: readonly StoredHandle[];
  readonly claims: readonly HostClaim[];
  /** What lies below /calico/ipam/v2/. */
  readonly ipam: readonly Entry[];
}

function usesOf(resource: Resource): readonly Use[] {
  if (resource.kind === "WorkloadEndpoint") {
    const { namespace, name } = resource.metadata;
    return (resource.spec.ipNetworks ?? []).flatMap((text): Use[] => {
      const address = parsePrefix(text);
      return address ? [{ address, owner: `Workload(${namespace}/${name})`, kind: "workload" }] : [];
    });
  }
  if (resource.kind !== "Node") return [];
  const { bgp, ipv4VXLANTunnelAddr, ipv6VXLANTunnelAddr, wireguard } = resource.spec;
  const texts = [
    bgp?.ipv4IPIPTunnelAddr,
    ipv4VXLANTunnelAddr,
    ipv6VXLANTunnelAddr,
    wireguard?.interfaceIPv4Address,
    wireguard?.interfaceIPv6Address,
  ];
  return texts.flatMap((text): Use[] => {
    const address = text ? parseAddress(text) : undefined;
    return address ? [{ address, owner: objectName(keyOf(resource)), kind: "tunnel" }] : [];
  });
}

function givenBy({ cidr, block }: PlacedBlock, owners: ReadonlyMap<string, readonly string[]>): readonly Given[] {
  return block.allocations.flatMap((_, ordinal): Given[] => {
    const owner = ownerAt(block, ordinal);
    if (!owner) return [];
    const address = nthAddress(cidr, ordinal);
    const ip = formatAddress(address);
    const attributes = owner.secondary ?? {};
    return [
      {
        address,
        ip,
        block: cidr,
        handle: owner.handle_id ?? "",
        attributes,
        node: attributes["node"] ?? "",
        sequenceNumber: block.sequenceNumberForAllocation?.[ordinal] ?? 0n,
        owners: owners.get(ip) ?? [],
      },
    ];
  });
}

function ownersByAddress(uses: readonly Use[]): ReadonlyMap<string, readonly string[]> {
  const owners = new Map<string, string[]>();
  for (const { address, owner } of uses) {
    const ip = formatAddress(address);
    owners.set(ip, [...(owners.get(ip) ?? []), owner]);
  }
  return owners;
}

function claimsIn(entries: readonly Entry[]): readonly HostClaim[] {
  return entries.flatMap((entry): HostClaim[] => {
    const key = parseIpamPath(entry.key);
    return key?.kind === "affinity" && key.owner === "host" ? [{ host: key.name, cidr: key.cidr, entry }] : [];
  });
}

function handlesIn(entries: readonly Entry[]): readonly StoredHandle[] {
  return entries.flatMap((entry): StoredHandle[] => {
    const key = parseIpamPath(entry.key);
    return key?.kind === "handle" ? [{ id: key.id, revision: entry.revision }] : [];
  });
}

/** Kinds that say something about addresses. */
const concerned: ReadonlySet<string> = new Set(["ClusterInformation", "IPPool", "Node", "WorkloadEndpoint"]);

function resourcesIn(entries: readonly Entry[]): readonly Resource[] {
  return entries.flatMap((entry): Resource[] => {
    const key = parseResourcePath(entry.key);
    if (!key || !concerned.has(key.kind)) return [];
    const decoded = decodeResource(key, entry.value);
    return decoded.ok ? [decoded.value as Resource] : [];
  });
}

/** Everything about addresses in a snapshot of /calico/. What cannot be read is left out; `checkIpam` names it. */
export function surveyOf({ entries, revision }: Snapshot): Survey {
  const resources = resourcesIn(entries);
  const ipam = entries.filter(({ key }) => key.startsWith(ipamPrefix));
  const blocks = blocksIn(ipam.filter(({ key }) => key.startsWith(blocksPrefix)));
  const uses = resources.flatMap(usesOf);
  const owners = ownersByAddress(uses);
  const clusters = resources.flatMap((one) => (one.kind === "ClusterInformation" ? [one] : []));
  return {
    revision,
    cluster: clusters.find(({ metadata }) => metadata.name === "default"),
    pools: resources.flatMap((one) => (one.kind === "IPPool" ? (poolOf(one) ?? []) : [])),
    nodes: new Set(resources.flatMap((one) => (one.kind === "Node" ? [one.metadata.name] : []))),
    endpointNodes: new Set(resources.flatMap((one) => (one.kind === "WorkloadEndpoint" ? [one.spec.node ?? ""] : []))),
    uses,
    blocks,
    given: blocks.flatMap((block) => givenBy(block, owners)),
    handles: handlesIn(ipam),
    claims: claimsIn(ipam),
    ipam,
  };
}
