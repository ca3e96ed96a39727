import type { ChainStep, GateStep } from "../evaluate/gate-walk.ts";
import { type GateVisit, type Hop, walkPath } from "../evaluate/path.ts";
import { describeReason, type NodePolicy, type PolicyView, type Reason } from "../evaluate.ts";
import type { Packet } from "../packet.ts";
import { type Action, type Direction, describeOrigin, describeOwner, type Stage } from "../rule.ts";
import type { DefinitionOf } from "./set-words.ts";
import { whyNot } from "./why-not.ts";

/** A rule as a packet met it. */
export interface RuleTrace {
  /** `NetworkPolicy shop/db ingress[1]`: the name of its counter too. */
  readonly rule: string;
  /** Its place alone: `ingress[1]`. */
  readonly place: string;
  readonly action: Action;
  readonly matches: boolean;
  /** The first thing it asks that the packet does not meet. */
  readonly why?: string;
}

/** A policy or profile that was asked, its rules up to the one that answered. */
export interface PolicyTrace {
  readonly policy: string;
  /** Absent of profiles. */
  readonly tier?: string;
  /** It decides nothing: what it says is what it would do. */
  readonly staged?: true;
  /** It is referred to and not there, so that it denies. */
  readonly missing?: true;
  readonly rules: readonly RuleTrace[];
  /** What the first rule that matches does; `nothing` when none does. */
  readonly says: Action | "nothing";
}

/** What an endpoint's policies said to a packet in one direction. */
export interface GateTrace {
  readonly endpoint: string;
  readonly interface: string;
  readonly direction: Direction;
  readonly stage: Stage;
  readonly asked: readonly (PolicyTrace | { readonly end: string; readonly says: "deny" | "pass" | "continue" })[];
}

/** One place on a packet's way through a node that had a say. */
export interface HopTrace {
  readonly outcome: "allow" | "deny" | "go on";
  /** What decided here; absent where nobody had anything to say. */
  readonly by?: string;
  readonly reason?: Reason;
  readonly gate?: GateTrace;
}

/** A packet's whole way through one node. */
export interface NodeTrace {
  readonly verdict: "allow" | "deny";
  readonly by: string;
  readonly reason: Reason;
  readonly hops: readonly HopTrace[];
}

/** Everything that a node asks about a packet, in order, with every rule's answer: the verdict is `evaluate`'s. */
export function traceNode(view: PolicyView, node: NodePolicy, packet: Packet, definitionOf: DefinitionOf): NodeTrace {
  const hops: HopTrace[] = [];
  let reason: Reason = { by: "not policed" };
  let verdict: "allow" | "deny" = "allow";
  for (const hop of walkPath(view, node, packet)) {
    hops.push(hopTrace(hop, packet, view, definitionOf));
    if (hop.reason) reason = hop.reason;
    if (hop.outcome !== "go on") verdict = hop.outcome;
  }
  return { verdict, by: describeReason(reason), reason, hops };
}

function hopTrace(
  { outcome, reason, gate }: Hop,
  packet: Packet,
  sets: PolicyView,
  definitionOf: DefinitionOf,
): HopTrace {
  return {
    outcome,
    ...(reason && { by: describeReason(reason), reason }),
    ...(gate && { gate: gateTrace(gate, packet, sets, definitionOf) }),
  };
}

function gateTrace(visit: GateVisit, packet: Packet, sets: PolicyView, definitionOf: DefinitionOf): GateTrace {
  const { endpoint, interfaceName, direction, stage, steps } = visit;
  // Before DNAT a packet still has the destination that it was sent to.
  const early = (stage === "untracked" || stage === "pre-dnat") && packet.preDnat;
  const seen = early ? { ...packet, ...packet.preDnat } : packet;
  const asked = steps.map((step) => stepTrace(step, seen, sets, definitionOf));
  return { endpoint, interface: interfaceName, direction, stage, asked };
}

function stepTrace(
  step: GateStep,
  packet: Packet,
  sets: PolicyView,
  definitionOf: DefinitionOf,
): GateTrace["asked"][number] {
  if (step.at === "chain") return policyTrace(step, packet, sets, definitionOf);
  if (step.at === "end of tier") return { end: `tier ${step.tier}`, says: step.atEnd };
  return { end: "profiles", says: step.atEnd };
}

function policyTrace(step: ChainStep, packet: Packet, sets: PolicyView, definitionOf: DefinitionOf): PolicyTrace {
  const { chain, tier, rule: decider } = step;
  const asked = decider ? chain.rules.slice(0, chain.rules.indexOf(decider) + 1) : chain.rules;
  const rules = asked.map(({ match, action, origin }): RuleTrace => {
    const why = whyNot(match, packet, { sets, definitionOf });
    const place = `${origin.direction}[${origin.index}]`;
    return { rule: describeOrigin(origin), place, action, matches: why === undefined, ...(why && { why }) };
  });
  return {
    policy: describeOwner(chain.owner),
    ...(tier !== undefined && { tier }),
    ...(chain.staged && { staged: true as const }),
    ...(chain.missing && { missing: true as const }),
    rules,
    says: decider?.action ?? "nothing",
  };
}
