import { ipamPrefix } from "../../datastore/ipam-key.ts";
import { allocationsIn, type Held } from "../allocation.ts";
import type { Allocator } from "../allocator.ts";
import type { IpamFact } from "../fact.ts";
import { Collector } from "../gc/collector.ts";
import { leakGrace, type Rules } from "../gc/judge.ts";
import { readSight } from "../gc/sight.ts";
import type { World } from "../gc/world.ts";
import { poolOf } from "../pool.ts";
import { simNode } from "./node.ts";
import type { Rig } from "./rig.ts";

/** A cluster around a rig, as a collector sees it: which nodes and pods there are may be changed at any time. */
export class SimCluster {
  readonly nodes = new Set<string>();
  /** Handles whose pods live. */
  readonly living = new Set<string>();
  /** Handles that are alive although no list of pods says so: what the second proof is for. */
  readonly hidden = new Set<string>();
  readonly facts: IpamFact[] = [];
  poolCidrs: readonly string[] = [];
  readonly #rig: Rig;

  constructor(rig: Rig) {
    this.#rig = rig;
  }

  get world(): World {
    const pools = this.poolCidrs.flatMap(
      (cidr) => poolOf({ metadata: { name: cidr }, spec: { cidr, blockSize: 30 } }) ?? [],
    );
    return { nodes: this.nodes, pools, hasPod: (held) => this.living.has(held.handle) };
  }

  /** A collector of one node, or of the whole cluster. */
  collector(node?: string, allocator?: Allocator): Collector {
    const rig = this.#rig;
    const rules: Rules = { grace: leakGrace, ...(node !== undefined && { node }) };
    return new Collector(
      {
        store: rig.store,
        clock: rig.clock,
        tell: (fact) => this.facts.push(fact),
        world: () => Promise.resolve(this.world),
        isDead: (held) => Promise.resolve(!this.living.has(held.handle) && !this.hidden.has(held.handle)),
        isNodeGone: (name) => Promise.resolve(!this.nodes.has(name)),
        allocatorFor: (owner) => allocator ?? simNode(owner.replace(/^host:/, ""), rig.store, { clock: rig.clock }),
      },
      rules,
    );
  }

  /** What anybody has now. */
  async held(): Promise<readonly Held[]> {
    return allocationsIn(readSight((await this.#rig.store.list(ipamPrefix)).entries).blocks);
  }
}
