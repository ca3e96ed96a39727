import type { AffinityOwner } from "../datastore/ipam-key.ts";
import type { Store } from "../datastore/store.ts";
import type { Clock } from "../lib/clock.ts";
import type { Tell } from "../lib/fact.ts";
import type { Random } from "../lib/random.ts";
import type { Reserved } from "./block.ts";
import type { IpamFact } from "./fact.ts";
import type { Holdings } from "./holdings.ts";
import type { Ledger } from "./ledger.ts";
import type { Selects } from "./request.ts";
import type { Settings } from "./settings.ts";

/** What one node's allocator needs from outside. */
export interface NodePorts {
  readonly node: string;
  /** Whether the blocks belong to a host, the default, or to something virtual such as Calico's load balancer; `node` is its name. */
  readonly owner?: AffinityOwner;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly selects: Selects;
  readonly tell: Tell<IpamFact>;
}

/** The affinity text of what an allocator gives out for: `host:<node>` or `virtual:<name>`. */
export function ownerText(ports: Pick<NodePorts, "node" | "owner">): string {
  return `${ports.owner ?? "host"}:${ports.node}`;
}

/** A node's sight of the cluster's addresses while plans are drawn up: hints, all of it. */
export interface NodeView extends NodePorts {
  readonly ledger: Ledger;
  readonly holdings: Holdings;
  readonly settings: Settings;
  /** Which free addresses are held back, as read for this attempt. */
  readonly reserved: Reserved;
}
