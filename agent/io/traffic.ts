import type { WorkloadEndpoint } from "../../datastore/model/workload-endpoint.ts";
import type { KernelFact } from "../../kernel/fact.ts";
import type { Link } from "../../kernel/links.ts";
import type { InterfaceLimits } from "../../kernel/tc/bucket.ts";
import type { Change } from "../../lib/change.ts";
import type { Tell } from "../../lib/fact.ts";
import { systemClock } from "../../lib/io/clock.ts";
import type { Address } from "../../net/address.ts";
import { type Prefix, prefixKey } from "../../net/prefix.ts";
import type { ConntrackFact } from "../conntrack/fact.ts";
import { FlowCutter } from "../conntrack/flow-cutter.ts";
import type { FlowWorld } from "../conntrack/judged-flow.ts";
import { Reevaluation } from "../conntrack/reevaluate.ts";
import type { NodeOutput } from "../graph/node-graph.ts";
import { LostAddresses } from "../lost-addresses.ts";
import { QosPlan } from "../qos/qos-plan.ts";
import type { Kernel } from "./kernel.ts";

/** What it works with. */
export interface TrafficOptions {
  readonly nodeName: string;
  readonly kernel: Kernel;
  /** Protocol number of local routes. */
  readonly localProtocol: number;
  readonly tell: Tell<ConntrackFact | KernelFact>;
  /** What established connections are judged by when policy changes; undefined: they are left alone. */
  readonly world: (() => FlowWorld) | undefined;
  /** Addresses of this node's endpoints. */
  readonly addresses: () => readonly Address[];
  /** An address that was taken is free again. */
  readonly changed: () => void;
}

/** What becomes of workloads' traffic beside rules and routes: its limits, and connections of addresses that changed hands. */
export class Traffic {
  readonly #options: TrafficOptions;
  readonly #plan: QosPlan;
  readonly #cutter: FlowCutter;
  readonly #lost: LostAddresses;
  readonly #judge: Reevaluation | undefined;
  /** Limits that wait for a turn: nothing is written before the datastore was seen whole. */
  #limits: Change<string, InterfaceLimits>[] = [];
  #isFirst = true;

  constructor(options: TrafficOptions) {
    this.#options = options;
    const { nodeName, kernel, tell, changed, world, addresses } = options;
    const { conntrack } = kernel;
    this.#plan = new QosPlan(nodeName, (change) => this.#limits.push(change));
    this.#cutter = new FlowCutter({ conntrack, clock: systemClock, tell });
    this.#lost = new LostAddresses({ cutter: this.#cutter, clock: systemClock, changed });
    this.#judge = world && new Reevaluation({ conntrack, clock: systemClock, tell, addresses, world });
  }

  onEndpoint(change: Change<string, WorkloadEndpoint>): void {
    this.#plan.onEndpoint(change);
  }

  onLink(change: Change<number, Link>): void {
    this.#options.kernel.qdiscs.link(change);
  }

  /** A turn's outcome, and every prefix that is to have a local route; what is answered is to be called when its rules and routes are in the kernel. */
  turn({ endpoints }: Pick<NodeOutput, "endpoints">, wanted: ReadonlyMap<string, unknown>): () => void {
    const { qdiscs } = this.#options.kernel;
    for (const change of this.#limits) qdiscs.limits(change);
    this.#limits = [];
    const stale = this.#isFirst ? this.#stale(wanted) : [];
    if (this.#isFirst) qdiscs.allowDeletes();
    this.#isFirst = false;
    return this.#lost.turn(endpoints, stale);
  }

  /** The kernel has another policy now. */
  policyChanged(): void {
    this.#judge?.policyChanged();
  }

  /** Whether nobody's connections are left on these addresses. */
  areFree(prefixes: readonly Prefix[]): boolean {
    return prefixes.every(({ family, a, b, c, d }) => this.#lost.isFree({ family, a, b, c, d }));
  }

  /** Stops; limits stay. */
  close(): void {
    this.#cutter.close();
    this.#judge?.close();
  }

  /** Addresses that had a route in the life before and have none now: their endpoints went while nobody looked. */
  #stale(wanted: ReadonlyMap<string, unknown>): readonly Address[] {
    const { kernel, localProtocol } = this.#options;
    const stale: Address[] = [];
    for (const { prefix, protocol, type } of kernel.fib.actual()) {
      const isLocal = protocol === localProtocol && type === "unicast";
      const isHost = prefix.length === (prefix.family === "ipv4" ? 32 : 128);
      const { family, a, b, c, d } = prefix;
      if (isLocal && isHost && !wanted.has(prefixKey(prefix))) stale.push({ family, a, b, c, d });
    }
    return stale;
  }
}
