import type { BGPFilter } from "../../datastore/model/bgp-filter.ts";
import type { Address } from "../../net/address.ts";
import type { Family } from "../../net/family.ts";
import type { Prefix } from "../../net/prefix.ts";

/** A workload endpoint of this node, as far as routes and settings of its interface go. */
export interface LocalEndpoint {
  /** Its datastore key: `namespace/name`. */
  readonly key: string;
  readonly name: string;
  readonly namespace: string;
  readonly interfaceName: string;
  /** Host prefixes, /32 and /128. */
  readonly addresses: readonly Prefix[];
  /** MAC of the workload's end, colons; absent when the datastore does not say. */
  readonly mac: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /** It asks to send from addresses that are not its own (allowSpoofedSourcePrefixes). */
  readonly spoofs: boolean;
  /** How Calico calls it where states are told: the workload is `namespace/pod`, or of another orchestrator its own id. */
  readonly identity: { readonly orchestrator: string; readonly workload: string; readonly endpoint: string };
}

/** A link of this node as routes need it. */
export interface LinkState {
  readonly name: string;
  readonly ifindex: number;
  readonly up: boolean;
}

/** A local route: to a workload's interface, or the blackhole that keeps a block's unused addresses from looping. */
export type PlannedRoute =
  | {
      readonly kind: "workload";
      readonly prefix: Prefix;
      readonly ifindex: number;
      readonly interfaceName: string;
      readonly endpoint: string;
    }
  | { readonly kind: "blackhole"; readonly prefix: Prefix };

/** A permanent neighbour: the workload's address at its MAC. */
export interface PlannedNeighbour {
  readonly ifindex: number;
  readonly address: Address;
  readonly mac: string;
}

/** Something that this node announces to its BGP peers. */
export interface PlannedAnnouncement {
  readonly prefix: Prefix;
  /**
   * block: an aggregate; address: one that no block of ours covers (borrowed, or of a pool of single addresses); service: a
   * range of addresses of Kubernetes services.
   */
  readonly kind: "block" | "address" | "service";
  /** The interface of an address, which BGPFilters may ask for. */
  readonly interfaceName?: string;
}

/** One BGP session as this node should have it: one address family each, as bird and bird6 do. */
export interface PlannedPeer {
  /** `address family`, for example `10.0.0.2 ipv4`. */
  readonly key: string;
  readonly family: Family;
  readonly address: Address;
  /** Interface of a link-local address. */
  readonly zone: string | undefined;
  readonly port: number;
  readonly asn: number;
  readonly localAsn: number;
  readonly type: "node-to-node mesh" | "node specific" | "global";
  /** The other end dials; ours only listens. */
  readonly passive: boolean;
  readonly sourceAddress: Address | undefined;
  readonly password: string | undefined;
  /** Why the session cannot be begun, or empty. */
  readonly problem: string;
  /** Hops allowed with TTL security (RFC 5082); absent: off. */
  readonly ttlSecurityHops: number | undefined;
  /** A third of the hold time that we offer. */
  readonly keepaliveSeconds: number | undefined;
  readonly restartSeconds: number | undefined;
  /** auto: as RFC 4271 5.1.3; self: always us; keep: towards eBGP what the route came with. */
  readonly nextHop: "auto" | "self" | "keep";
  readonly routeReflectorClient: boolean;
  /** How often our own AS may stand in a received path. */
  readonly allowLocalAs: number;
  /** The router by which the peer is reached: a route of its own leads there. */
  readonly reachableBy: Address | undefined;
  /** The interface of the local workload that is the peer; our end is then `sourceAddress`, on that interface. */
  readonly workload: string | undefined;
  /** What stands in front of the built-in policy, in order. */
  readonly filters: readonly BGPFilter[];
  /** The datastore object that asked for it, for `explain`. */
  readonly origin: string;
}

/** Who this node is to its peers. */
export interface Self {
  readonly name: string;
  readonly asn: number;
  readonly ipv4: Prefix | undefined;
  readonly ipv6: Prefix | undefined;
  /** BGP identifier as a dotted quad. */
  readonly routerId: string;
  /** Route reflector's cluster, dotted quad; absent: does not reflect. */
  readonly clusterId: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/** An IP pool, as far as announcements and the choice of families need it. */
export interface Pool {
  readonly name: string;
  readonly prefix: Prefix;
  /** Its routes may leave the node (not disableBGPExport). */
  readonly exported: boolean;
  /** Gives out addresses without being named. */
  readonly automatic: boolean;
}
