import type { Family } from "../../net/family.ts";
import type { Action } from "./action.ts";
import type { Addresses, Topology } from "./topology.ts";

/**
 * Raises a topology, does things to it and looks at it. The namespace lab is one, the fake in `sim/` another, virtual
 * machines will be a third; `driver.contract.ts` is what they all promise. Looking never changes anything, and every
 * list comes sorted, so that two drivers in the same state answer the same. A method rejects only when the driver itself
 * cannot go on (`LabError`), never because the cluster is not as hoped.
 */
export interface Driver {
  /** Machines, cables, datastore and routers are up when it resolves; agents are started by actions. */
  raise(topology: Topology): Promise<void>;
  act(action: Action): Promise<void>;
  /** Every BGP session that the nodes and routers know, each from both ends. */
  sessions(): Promise<readonly SessionSeen[]>;
  /** The attached pods and the addresses that they really have. */
  pods(): Promise<readonly PodSeen[]>;
  /** What a router or client forwards by for a family, learned by BGP, best paths only. */
  routes(at: string, family: Family): Promise<readonly RouteSeen[]>;
  /** Which node owns which prefix, as the datastore has it: blocks, and addresses used outside the owner's blocks. */
  claims(): Promise<readonly ClaimSeen[]>;
  /** Tries every ordered pair of pods, nodes and clients in both families, once, by every probe. */
  reach(): Promise<readonly ReachSeen[]>;
  /** Where an address is still known: one line a place (routes, neighbours, rules, sets, the datastore). */
  traces(address: string): Promise<readonly string[]>;
  readiness(node: string): Promise<ReadinessSeen>;
  /** What the stream of pings lost, for every pair that sent; empty before the first stream. */
  losses(): Promise<readonly LossSeen[]>;
  /** Tears everything down, also what is half up. Calling it again does nothing. */
  close(): Promise<void>;
}

/** One end's view of a session. `peer` is the name of the machine at the other end, or its address when unknown. */
export interface SessionSeen {
  readonly at: string;
  readonly peer: string;
  readonly family: Family;
  readonly established: boolean;
  /** The state in RFC 4271's word, and why it is not up. */
  readonly state: string;
}

/** A pod as it stands. */
export interface PodSeen {
  readonly pod: string;
  readonly node: string;
  readonly addresses: Addresses;
}

/** A route: who is the next hop, by name when the address belongs to a machine of the topology. */
export interface RouteSeen {
  readonly prefix: string;
  readonly via: string;
}

/** A prefix that belongs to a node. */
export interface ClaimSeen {
  readonly prefix: string;
  readonly node: string;
}

/** ping: an ICMP echo and its answer; tcp: a connection to port 8080 that says who is calling. */
export type ProbeKind = "ping" | "tcp";

/** One try. `source` is the address that the target saw, which is the sender's own when nothing translated it. */
export interface ReachSeen {
  readonly from: string;
  readonly to: string;
  readonly family: Family;
  readonly probe: ProbeKind;
  readonly passed: boolean;
  readonly sourceKept: boolean;
  readonly source: string;
}

/** What an agent says of itself; a node without an agent is not ready. `text` carries the reasons. */
export interface ReadinessSeen {
  readonly ready: boolean;
  readonly text: string;
}

/** One direction of a stream. `longestGapMs` is the longest time without an answer. */
export interface LossSeen {
  readonly from: string;
  readonly to: string;
  readonly family: Family;
  readonly sent: number;
  readonly lost: number;
  readonly longestGapMs: number;
}
