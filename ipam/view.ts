import type { Store } from "../datastore/store.ts";
import type { Clock } from "../lib/clock.ts";
import type { Tell } from "../lib/fact.ts";
import type { Random } from "../lib/random.ts";
import type { IpamFact } from "./fact.ts";
import type { Holdings } from "./holdings.ts";
import type { Ledger } from "./ledger.ts";
import type { Selects } from "./request.ts";
import type { Settings } from "./settings.ts";

/** What one node's allocator needs from outside. */
export interface NodePorts {
  readonly node: string;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly selects: Selects;
  readonly tell: Tell<IpamFact>;
}

/** A node's sight of the cluster's addresses while plans are drawn up: hints, all of it. */
export interface NodeView extends NodePorts {
  readonly ledger: Ledger;
  readonly holdings: Holdings;
  readonly settings: Settings;
}
