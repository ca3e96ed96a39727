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
  /** Why it is not up, or empty. */
  readonly why: string;
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
  }[];
  readonly routes: { readonly local: number; readonly bgp: number; readonly conflicts: number };
  readonly blocks: readonly string[];
  readonly policies: number;
  readonly sets: number;
}
