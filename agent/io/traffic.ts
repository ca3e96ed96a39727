import type { WorkloadEndpoint } from "../../datastore/model/workload-endpoint.ts";
import type { KernelFact } from "../../kernel/fact.ts";
import type { Link } from "../../kernel/links.ts";
import type { InterfaceLimits } from "../../kernel/tc/bucket.ts";
import type { Change } from "../../lib/change.ts";
import type { Cancel } from "../../lib/clock.ts";
import type { Tell } from "../../lib/fact.ts";
import { systemClock } from "../../lib/io/clock.ts";
import { seconds } from "../../lib/unit.ts";
import type { Address } from "../../net/address.ts";
import { addressBits } from "../../net/family.ts";
import { type Prefix, prefixKey } from "../../net/prefix.ts";
import type { PolicyOutput } from "../../policy/output.ts";
import type { ConntrackFact } from "../conntrack/fact.ts";
import { FloatingOwners } from "../conntrack/floating-owners.ts";
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
  /** Whether floating addresses are translated at all. */
  readonly translates: () => boolean;
  /** How often limits are compared with the kernel; 0: as often as we think right. */
  readonly resyncSeconds: () => number;
  /** An address that was taken is free again. */
  readonly changed: () => void;
}

/** How long a limit that somebody changed by hand may stay so, seconds, unless another time is asked for. */
const longestUnseen = 90;

/** What becomes of workloads' traffic beside rules and routes: its limits, and connections of addresses that changed hands. */
export class Traffic {
  readonly #options: TrafficOptions;
  readonly #plan: QosPlan;
  readonly #cutter: FlowCutter;
  readonly #lost: LostAddresses;
  readonly #judge: Reevaluation | undefined;
  /** Limits that wait for a turn: nothing is written before the datastore was seen whole. */
  #limits: Change<string, InterfaceLimits>[] = [];
  readonly #floating = new FloatingOwners();
  #resync: Cancel = () => {};
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

  /**
   * A turn's outcome, what policy makes of its interfaces, and every prefix that is to have a local route; what is answered is to
   * be called when its rules and routes are in the kernel.
   */
  turn(
    { endpoints }: Pick<NodeOutput, "endpoints">,
    { endpoints: interfaces }: Pick<PolicyOutput, "endpoints">,
    wanted: ReadonlyMap<string, unknown>,
  ): () => void {
    const { qdiscs } = this.#options.kernel;
    for (const change of this.#limits) qdiscs.limits(change);
    this.#limits = [];
    const moved = this.#floating.onEndpoints(interfaces);
    const floating = this.#options.translates() ? moved : [];
    if (!this.#isFirst) return this.#lost.turn(endpoints, { lost: floating, isKept: () => false });
    this.#isFirst = false;
    qdiscs.allowDeletes();
    this.#resyncLater();
    const before = this.#before();
    const lost = [...before].flatMap(([key, address]) => (wanted.has(key) ? [] : address));
    const isKept = (address: Address): boolean => before.has(prefixKey(hostPrefix(address)));
    return this.#lost.turn(endpoints, { lost: [...lost, ...floating], isKept });
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
    this.#resync();
    this.#cutter.close();
    this.#judge?.close();
  }

  /** Addresses that have a local route from the life before, by their prefixes. */
  #before(): ReadonlyMap<string, Address> {
    const { kernel, localProtocol } = this.#options;
    const routed = new Map<string, Address>();
    for (const { prefix, protocol, type } of kernel.fib.actual()) {
      const { family, a, b, c, d } = prefix;
      const isHost = prefix.length === addressBits[family];
      if (protocol === localProtocol && type === "unicast" && isHost)
        routed.set(prefixKey(prefix), { family, a, b, c, d });
    }
    return routed;
  }

  /** Nobody tells when a hand changes a limit: it is looked after from time to time. */
  #resyncLater(): void {
    const { kernel, resyncSeconds } = this.#options;
    this.#resync = systemClock.after(seconds(resyncSeconds() || longestUnseen), () => {
      kernel.qdiscs.resync();
      this.#resyncLater();
    });
  }
}

function hostPrefix(address: Address): Prefix {
  return { ...address, length: addressBits[address.family] };
}
