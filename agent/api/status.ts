/** Shapes of GET /status and of the socket's `status`. Types only. */

/** One BGP session as people ask for it. */
export interface PeerStatus {
  readonly address: string;
  readonly asn: number;
  /** What made it: the node-to-node mesh, a BGPPeer for this node, or one for all nodes. */
  readonly type: "node-to-node mesh" | "node specific" | "global" | "dynamic";
  readonly family: "ipv4" | "ipv6";
  readonly state: "Idle" | "Connect" | "Active" | "OpenSent" | "OpenConfirm" | "Established";
  /** RFC 3339 time of the last change of state. */
  readonly since: string;
  readonly received: number;
  readonly advertised: number;
  /** Why it is not up and what to look at, or empty. */
  readonly why: string;
  /** What is counted of it; absent until the speaker runs. */
  readonly detail?: {
    /** Paths that may be chosen, and paths kept although the peer went away. */
    readonly accepted: number;
    readonly stale: number;
    /** How often the session came up, messages either way, UPDATEs with a fault. */
    readonly established: number;
    readonly messagesIn: number;
    readonly messagesOut: number;
    readonly malformed: number;
    /** The last NOTIFICATION either way, in words. */
    readonly lastError?: string;
  };
}

/** One readiness condition; the node is ready when all hold. */
export interface Condition {
  readonly name: string;
  readonly holds: boolean;
  readonly why: string;
}

/** Everything an agent says of itself. */
export interface AgentStatus {
  readonly ok: true;
  readonly node: string;
  readonly version: string;
  readonly asn: number;
  readonly routerId: string;
  readonly startedAt: string;
  readonly ready: boolean;
  readonly conditions: readonly Condition[];
  readonly peers: readonly PeerStatus[];
  readonly workloads: readonly {
    readonly name: string;
    readonly namespace: string;
    readonly interfaceName: string;
    readonly addresses: readonly string[];
    readonly state: "up" | "down" | "error";
    /** Of `error`: what the kernel refused, or what stands in the way. */
    readonly why?: string;
  }[];
  readonly routes: { readonly local: number; readonly bgp: number; readonly conflicts: number };
  /** The tables of BGP; absent until the speaker runs. */
  readonly bgp?: {
    readonly paths: number;
    readonly attributeSets: number;
    /** Octets of memory, and of these for every path. */
    readonly bytes: number;
    readonly bytesPerRoute: number;
    /** Best paths are being decided; not yet while a restart is under way. */
    readonly isDeciding: boolean;
  };
  /** Which firewall holds the rules, and what decided that; absent until it is chosen. */
  readonly firewall?: { readonly kind: "nftables" | "iptables-nft" | "iptables-legacy"; readonly why: string };
  /** Fields of FelixConfiguration, with commas, that take effect at the next start; absent: none. */
  readonly waitingSettings?: string;
  /** What of policies cannot be read, and so denies or does nothing: how many fields, and the first of them; absent: none. */
  readonly policyFaults?: { readonly count: number; readonly first: readonly string[] };
  readonly blocks: readonly string[];
  readonly policies: number;
  readonly sets: number;
}
