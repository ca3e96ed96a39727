import type { Reason } from "../../policy/evaluate.ts";
import { decidingRules, type FlowStep, type FlowTrace, type PacketKind } from "../../policy/trace/flow.ts";
import type { GateTrace, HopTrace, PolicyTrace } from "../../policy/trace/node-trace.ts";
import { protocolWords } from "../../policy/trace/protocol-words.ts";
import { UPLINK } from "../../policy/trace/world.ts";
import { counted } from "../bgp/words.ts";
import type { AskedCounters } from "./asked.ts";

/** `tcp 5432`, `icmp type 8`. */
export function packetWords({ protocol, destinationPort, icmpType, icmpCode }: PacketKind): string {
  const name = protocolWords(protocol);
  if (icmpType !== undefined) return `${name} type ${icmpType}${icmpCode ? `/${icmpCode}` : ""}`;
  return destinationPort === undefined ? name : `${name} ${destinationPort}`;
}

/** What people call an endpoint that policy knows by its key. */
export type Called = (endpoint: string) => string;

/** A packet's way for people: what happened at each place, and the verdict as the last line. */
export function flowText(flow: FlowTrace, kind: PacketKind, counters: AskedCounters, called: Called): string {
  const lines = [`${flow.from} ${flow.source} → ${flow.to} ${flow.destination}  ${packetWords(kind)}`];
  let node = "";
  for (const step of flow.steps) {
    if (step.node !== node) lines.push("", `node ${step.node}`);
    node = step.node;
    lines.push(...stepLines(step, called));
  }
  lines.push("", ...counterLines(flow, counters), verdictLine(flow, called), "");
  return lines.join("\n");
}

function stepLines(step: FlowStep, called: Called): string[] {
  if (step.at === "nat") return [`  NAT    ${step.says}`];
  if (step.at === "route") return [`  route  ${step.says}`];
  const [from, to] = [step.in, step.out].map((name) => (name === UPLINK ? "the interface to the network" : name));
  const lines = [
    `  ${from === undefined ? "sent by the node" : `in by ${from}`}, ${to === undefined ? "for the node itself" : `out by ${to}`}`,
  ];
  for (const hop of step.trace.hops) lines.push(...hopLines(hop, called));
  if (step.trace.hops.length === 0) lines.push("  no policy is asked");
  return lines;
}

function hopLines({ outcome, by, reason, gate }: HopTrace, called: Called): string[] {
  const why = reason ? reasonWords(reason, by ?? "", called) : by;
  if (!gate) return [`  ${outcome === "deny" ? "dropped" : "let through"}: ${why}`];
  const stage = gate.stage === "normal" ? "" : ` (${gate.stage})`;
  const lines = [`  ${gate.direction} of ${called(gate.endpoint)}${stage}`];
  if (gate.asked.length === 0) return [...lines, `    no policy is asked: ${why}`];
  return [...lines, ...askedLines(gate)];
}

function askedLines(gate: GateTrace): string[] {
  const lines: string[] = [];
  let tier: string | undefined;
  let isFirst = true;
  for (const asked of gate.asked) {
    if ("end" in asked) {
      const denies = asked.end === "profiles" ? "no profile allows it: denied" : `end of ${asked.end}: denied`;
      const goes = asked.end === "profiles" ? "nobody decided: goes on" : `end of ${asked.end}: goes on`;
      lines.push(`    ${asked.says === "deny" ? denies : goes}`);
      continue;
    }
    if (isFirst || asked.tier !== tier)
      lines.push(asked.tier === undefined ? "    profiles" : `    tier ${asked.tier}`);
    tier = asked.tier;
    isFirst = false;
    lines.push(...policyLines(asked));
  }
  return lines;
}

function policyLines({ policy, staged, missing, rules, says }: PolicyTrace): string[] {
  if (missing) return [`      ${policy}: is not there, so that nothing is allowed`];
  const note = staged ? `, staged: would ${says === "nothing" ? "say nothing" : says}` : "";
  const lines = [`      ${policy}${rules.length === 0 ? " has no rules" : ""}${note}`];
  const widths = [0, 1].map((i) => Math.max(...rules.map(({ place, action }) => [place, action][i]!.length)));
  for (const { place, action, matches, why } of rules) {
    const head = `${place.padEnd(widths[0]!)}  ${action.padEnd(widths[1]!)}`;
    lines.push(`        ${head}  ${matches ? "matches" : `no: ${why}`}`);
  }
  return lines;
}

/** The counters of the rules that decided, and where there are none, why. */
function counterLines(flow: FlowTrace, counters: AskedCounters): string[] {
  const decided = decidingRules(flow);
  if (decided.length === 0) return [];
  if ("why" in counters) return [`counters: ${counters.why}`];
  const lines: string[] = [];
  for (const { node, rule } of decided) {
    if (node !== counters.node) continue;
    const found = counters.rules.find((one) => one.rule === rule);
    const said = found ? `${counted(found.packets, "packet")}, ${counted(found.bytes, "byte")}` : "no counter";
    lines.push(`counter on ${node} (${counters.dataplane}): ${rule}: ${said}`);
  }
  const others = [...new Set(decided.map(({ node }) => node).filter((node) => node !== counters.node))];
  if (others.length > 0)
    lines.push(`counters of ${others.join(" and ")}: only their own agents know; this one is ${counters.node}'s`);
  return lines;
}

/** The last line: ALLOWED, DENIED or UNKNOWN, by whom and where. */
export function verdictLine({ verdict, by, reason, node, steps }: FlowTrace, called: Called): string {
  if (verdict === "unknown" || !reason) return `${verdict === "allow" ? "ALLOWED" : "UNKNOWN"}: ${by}`;
  const head = verdict === "allow" ? "ALLOWED" : "DENIED";
  const where = node === undefined ? "" : ` on node ${node}`;
  if (reason.by !== "rule") return `${head}${where}: ${reasonWords(reason, by, called)}`;
  const asked = policyOf(by, steps);
  if (asked?.missing) return `${head}${where}: ${asked.policy} is not there, so that nothing is allowed`;
  return `${head} by ${by}${asked?.tier === undefined ? "" : ` (tier ${asked.tier})`}${where}`;
}

/** A reason that is no rule, as a person would say it of a packet. */
function reasonWords(reason: Reason, by: string, called: Called): string {
  switch (reason.by) {
    case "end of tier":
      return `no ${reason.direction} rule for ${called(reason.endpoint)} in tier ${reason.tier} matches, and the tier ends in deny`;
    case "no profile":
      return `no profile of ${called(reason.endpoint)} allows its ${reason.direction}`;
    case "spoofed source":
      return `the source is no address of ${called(reason.endpoint)}`;
    case "failsafe port":
      return `${protocolWords(reason.protocol)} ${reason.port} is a failsafe port, which no policy can close`;
    case "endpoint to host action":
      return "what a workload sends to its own node is for DefaultEndpointToHostAction to decide";
    case "not policed":
      return "no policy applies here";
    default:
      return by;
  }
}

function policyOf(rule: string, steps: readonly FlowStep[]): PolicyTrace | undefined {
  const gates = steps.flatMap((step) => (step.at === "node" ? step.trace.hops.flatMap(({ gate }) => gate ?? []) : []));
  const policies = gates.flatMap(({ asked }) => asked.flatMap((each) => ("end" in each ? [] : [each])));
  return policies.find(({ rules }) => rules.some((one) => one.rule === rule));
}
