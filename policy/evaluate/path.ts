import { covers } from "../../net/prefix.ts";
import type { EndpointGates, Gate } from "../chain.ts";
import type { NodePolicy, PolicyView, Reason } from "../evaluate.ts";
import type { Packet } from "../packet.ts";
import type { Direction, Stage } from "../rule.ts";
import { SERVICE_RANGES } from "../set.ts";
import { failsafeOf } from "./failsafe.ts";
import { type GateStep, verdictOf, walkGate } from "./gate-walk.ts";
import { asSent, encapsulationOf, hostOf, isLinkScoped, isNeighbourDiscovery } from "./packet-kind.ts";

/** A gate that a packet came to, and its way through it. */
export interface GateVisit {
  readonly endpoint: string;
  /** The interface the packet came in or leaves by, also where a host endpoint `*` stands for it. */
  readonly interfaceName: string;
  readonly stage: Stage;
  readonly direction: Direction;
  /** None where a failsafe port kept the gate from being asked. */
  readonly steps: readonly GateStep[];
  readonly failsafe?: Reason;
}

/** Something on a packet's way through the node that had a say, or could have had one. */
export interface Hop {
  /** `go on`: as far as this is concerned the packet may pass; what comes next decides. */
  readonly outcome: "allow" | "deny" | "go on";
  /** Absent when a gate had nothing to say. */
  readonly reason?: Reason;
  /** Absent where no endpoint's policy was asked: a check of the node's own. */
  readonly gate?: GateVisit;
}

/**
 * The way of the first packet of a connection through the node, in the order in which kernels ask: before conntrack, before
 * DNAT, then input, forward or output. Ends with the hop that allows or denies; where none does, the packet passes.
 * Source: Calico felix/rules/static.go, felix/rules/endpoints.go.
 */
export function* walkPath(view: PolicyView, node: NodePolicy, packet: Packet): Generator<Hop, void> {
  for (const hop of new Path(view, node, packet).hops()) {
    yield hop;
    if (hop.outcome !== "go on") return;
  }
}

class Path {
  readonly #view: PolicyView;
  readonly #node: NodePolicy;
  readonly #packet: Packet;
  /** A host endpoint let it in before conntrack or DNAT: its other ingress policies are not asked. */
  #letIn = false;

  constructor(view: PolicyView, node: NodePolicy, packet: Packet) {
    this.#view = view;
    this.#node = node;
    this.#packet = packet;
  }

  *hops(): Generator<Hop, void> {
    const { inInterface, outInterface } = this.#packet;
    if (inInterface !== undefined) yield* this.#prerouting(inInterface);
    if (inInterface === undefined) {
      if (outInterface !== undefined) yield* this.#output(outInterface);
    } else if (outInterface === undefined) yield* this.#input(inInterface);
    else yield* this.#forward(inInterface, outInterface);
  }

  *#prerouting(name: string): Generator<Hop, void> {
    const isWorkload = this.#isWorkload(name);
    if (isWorkload) {
      const from = this.#view.endpoints.get(name);
      if (!from) yield { outcome: "deny", reason: { by: "unknown interface", interfaceName: name } };
      else if (!this.#isOwnSource(from))
        yield { outcome: "deny", reason: { by: "spoofed source", endpoint: from.endpoint } };
    }
    for (const stage of isWorkload ? (["pre-dnat"] as const) : (["untracked", "pre-dnat"] as const)) {
      for (const hop of this.#host(name, stage, "ingress")) {
        yield hop;
        this.#letIn = hop.reason?.by === "rule";
      }
      if (this.#letIn) return;
    }
  }

  *#input(name: string): Generator<Hop, void> {
    if (!this.#isWorkload(name)) {
      if (!this.#letIn) yield* this.#host(name, "normal", "ingress");
      return;
    }
    if (isNeighbourDiscovery(this.#packet)) yield { outcome: "allow", reason: { by: "neighbour discovery" } };
    yield* this.#fromWorkload(name);
    const outcome = this.#node.endpointToHost === "Drop" ? "deny" : "allow";
    yield { outcome, reason: { by: "endpoint to host action" } };
  }

  *#forward(from: string, to: string): Generator<Hop, void> {
    if (!this.#letIn) yield* this.#host(from, "forward", "ingress");
    if (this.#isWorkload(from)) yield* this.#fromWorkload(from);
    if (this.#isWorkload(to)) yield* this.#workload(to, "ingress");
    yield* this.#host(to, "forward", "egress");
    const isPrevented = this.#node.serviceLoopPrevention !== "Disabled";
    if (isPrevented && this.#view.hasAddress(SERVICE_RANGES, this.#packet.destination)) {
      yield { outcome: "deny", reason: { by: "service loop" } };
    }
  }

  *#output(name: string): Generator<Hop, void> {
    if (this.#isWorkload(name)) return;
    for (const hop of this.#host(name, "untracked", "egress")) {
      yield hop;
      if (hop.reason?.by === "rule") return;
    }
    yield* this.#host(name, "normal", "egress");
  }

  *#fromWorkload(name: string): Generator<Hop, void> {
    const how = encapsulationOf(this.#packet);
    if (how && !this.#node.workloadEncapsulation[how]) {
      yield { outcome: "deny", reason: { by: "encapsulated by a workload", how } };
    }
    yield* this.#workload(name, "egress");
  }

  *#workload(name: string, direction: Direction): Generator<Hop, void> {
    const endpoint = this.#view.endpoints.get(name);
    if (!endpoint) yield { outcome: "deny", reason: { by: "unknown interface", interfaceName: name } };
    else yield this.#ask(endpoint[direction], endpoint.endpoint, name, "normal", direction, this.#packet);
  }

  /** A host endpoint's gate, failsafe ports first; nothing where the interface has none. A workload's has at most that of `*`. */
  *#host(name: string, stage: Stage, direction: Direction): Generator<Hop, void> {
    const host = hostOf(this.#view, this.#isWorkload(name) ? "*" : name);
    if (!host) return;
    const isBeforeNat = stage === "untracked" || stage === "pre-dnat";
    const packet = isBeforeNat ? asSent(this.#packet) : this.#packet;
    const gate = host.stages[stage][direction];
    if (stage !== "normal" && gate.tiers.length === 0) return;
    const failsafe = failsafeOf(this.#node, stage, direction, packet);
    if (!failsafe) {
      yield this.#ask(gate, host.endpoint, name, stage, direction, packet);
      return;
    }
    const visit = { endpoint: host.endpoint, interfaceName: name, stage, direction, steps: [], failsafe };
    // Before NAT the port is only spared this gate; others are still to come.
    yield { outcome: "go on", ...(stage === "normal" && { reason: failsafe }), gate: visit };
  }

  #ask(gate: Gate, endpoint: string, interfaceName: string, stage: Stage, direction: Direction, packet: Packet): Hop {
    const steps = [...walkGate(this.#view, gate, packet)];
    const { verdict, reason } = verdictOf(steps.at(-1)!, { endpoint, direction, stage });
    return {
      outcome: verdict === "deny" ? "deny" : "go on",
      ...(reason && { reason }),
      gate: { endpoint, interfaceName, stage, direction, steps },
    };
  }

  #isWorkload(name: string): boolean {
    return this.#node.interfacePrefixes.some((prefix) => name.startsWith(prefix));
  }

  #isOwnSource({ sources, spoofable }: EndpointGates): boolean {
    const { source } = this.#packet;
    const own = this.#node.sourceSpoofing === "Any" ? [...sources, ...spoofable] : sources;
    return own.some((prefix) => covers(prefix, source)) || isLinkScoped(this.#packet);
  }
}
