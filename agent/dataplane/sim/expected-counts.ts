import { isLinkScoped } from "../../../policy/evaluate/packet-kind.ts";
import { type GateVisit, type Hop, walkPath } from "../../../policy/evaluate/path.ts";
import { describeReason, type PolicyView, type Reason } from "../../../policy/evaluate.ts";
import type { Packet } from "../../../policy/packet.ts";
import { describeOrigin } from "../../../policy/rule.ts";
import type { RuleCount } from "../dataplane.ts";
import type { FirewallOptions } from "../options.ts";
import { forgedSource, unknownInterface } from "../rule-name.ts";

/** How often each rule is met, by its name. */
export type Counts = ReadonlyMap<string, number>;

/**
 * Rules that count and of which the reference says nothing: they translate, let discovery pass, or end the way of what policy has
 * allowed already.
 */
const beside: readonly string[] = ["link-local", "natOutgoing", "floating address", "policy allowed it"];

/**
 * How often every rule of a firewall should be met by the packets, as the reference has them walk: rules that decide, that log, that
 * pass to the next tier, that are staged, and the drops at the ends of tiers and gates. Names that are at several places are summed.
 */
export function expectedCounts(view: PolicyView, options: FirewallOptions, packets: readonly Packet[]): Counts {
  const counts = new Map<string, number>();
  for (const packet of packets) {
    for (const hop of walkPath(view, options, packet))
      for (const name of namesMet(hop, options, packet)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** What the counters of a firewall have counted between two looks at them, as far as the reference can say what it should be. */
export function countedBetween(before: readonly RuleCount[], after: readonly RuleCount[]): Counts {
  const stood = new Map(before.map(({ name, packets }) => [name, packets]));
  const counts = new Map<string, number>();
  for (const { name, packets } of after) {
    const more = packets - (stood.get(name) ?? 0);
    if (more !== 0 && !beside.includes(name)) counts.set(name, more);
  }
  return counts;
}

function namesMet({ gate, reason }: Hop, options: FirewallOptions, packet: Packet): string[] {
  if (gate) return namesAtGate(gate, reason);
  const name = reason && nameOfCheck(reason, options, packet);
  return name === undefined ? [] : [name];
}

function namesAtGate({ steps, failsafe, stage }: GateVisit, reason: Reason | undefined): string[] {
  // Before conntrack and before DNAT a failsafe port decides nothing, and its rules do not count.
  if (failsafe) return stage === "normal" ? [describeReason(failsafe)] : [];
  return steps.flatMap((step) => {
    if (step.at !== "chain") return step.atEnd === "deny" ? [describeReason(reason!)] : [];
    const { chain, logs, rule } = step;
    const met = rule ? [...logs, rule] : logs;
    return met.map(({ origin }) => `${describeOrigin(origin)}${chain.missing ? ": not there" : ""}`);
  });
}

/** What the rule of a check of the node's own is called, or undefined when there is none. */
function nameOfCheck(reason: Reason, { endpointToHost }: FirewallOptions, packet: Packet): string | undefined {
  switch (reason.by) {
    case "spoofed source":
      return forgedSource;
    case "unknown interface":
      // No address is that of an interface without endpoint: the check of sources is the first to drop.
      return reason.interfaceName === packet.inInterface && !isLinkScoped(packet) ? forgedSource : unknownInterface;
    case "endpoint to host action":
      return endpointToHost === "Return" ? undefined : describeReason(reason);
    default:
      return describeReason(reason);
  }
}
