import type { Chain, ChainId, Gate } from "../chain.ts";
import type { PolicyView, Reason } from "../evaluate.ts";
import { matchesPacket } from "../match.ts";
import type { Packet } from "../packet.ts";
import type { Direction, Rule, Stage } from "../rule.ts";

/** A policy or profile that was asked about a packet, and what it said. */
export interface ChainStep {
  readonly at: "chain";
  /** The tier the policy is in; a profile is in none. */
  readonly tier?: string;
  /** Where `staged` is set nothing is decided: `rule` is what would have been. */
  readonly chain: Chain;
  /** The log rules that matched before `rule`, or all that did when nothing else matches. */
  readonly logs: readonly Rule[];
  /** The first rule that matches and does more than log; absent when the policy has nothing to say. */
  readonly rule?: Rule;
}

/** One step on a packet's way through a gate. */
export type GateStep =
  | ChainStep
  /** No policy of the tier decided. `pass`: the next tier is asked. */
  | { readonly at: "end of tier"; readonly tier: string; readonly atEnd: "deny" | "pass" }
  /** No tier and no profile decided. */
  | { readonly at: "end of gate"; readonly atEnd: "deny" | "continue" };

/** Whose gate it is. */
export interface GateOwner {
  readonly endpoint: string;
  readonly direction: Direction;
  readonly stage: Stage;
}

/** What a gate says of a packet; `continue`: nothing, the packet goes on as if there were no gate. */
export interface GateVerdict {
  readonly verdict: "allow" | "deny" | "continue";
  /** Absent when the verdict is `continue`. */
  readonly reason?: Reason;
}

/**
 * A packet's way through a gate: every policy and profile that is asked, in order, until one decides or the gate ends. The
 * last step is the one that decides. Both the verdict and its explanation are read off this one walk.
 */
export function* walkGate(view: PolicyView, gate: Gate, packet: Packet): Generator<GateStep, void> {
  for (const { tier, chains, atEnd } of gate.tiers) {
    let passed = false;
    for (const id of chains) {
      const step = askChain(view, id, packet, tier);
      if (!step) continue;
      yield step;
      const action = step.chain.staged ? undefined : step.rule?.action;
      if (action === "allow" || action === "deny") return;
      passed = action === "pass";
      if (passed) break;
    }
    if (passed) continue;
    yield { at: "end of tier", tier, atEnd };
    if (atEnd === "deny") return;
  }
  for (const id of gate.profiles) {
    const step = askChain(view, id, packet);
    if (!step) continue;
    yield step;
    // A pass in a profile only leaves that profile: there is no tier to come.
    if (step.rule?.action === "allow" || step.rule?.action === "deny") return;
  }
  yield { at: "end of gate", atEnd: gate.atEnd };
}

/** What the last step of a walk means for the packet at this gate of an endpoint. */
export function verdictOf(last: GateStep, owner: GateOwner): GateVerdict {
  if (last.at === "end of tier") return { verdict: "deny", reason: { by: "end of tier", tier: last.tier, ...owner } };
  if (last.at === "end of gate") {
    return last.atEnd === "continue"
      ? { verdict: "continue" }
      : { verdict: "deny", reason: { by: "no profile", ...owner } };
  }
  const { action, origin } = last.rule!;
  return { verdict: action === "allow" ? "allow" : "deny", reason: { by: "rule", origin } };
}

/** The rules of staged policies on a packet's way that would have had a say, in the order in which they were asked. */
export function stagedRules(steps: Iterable<GateStep>): Rule[] {
  const rules: Rule[] = [];
  for (const step of steps) if (step.at === "chain" && step.chain.staged && step.rule) rules.push(step.rule);
  return rules;
}

function askChain(view: PolicyView, id: ChainId, packet: Packet, tier?: string): ChainStep | undefined {
  const chain = view.chains.get(id);
  if (!chain) return undefined;
  const logs: Rule[] = [];
  const asked = { at: "chain", ...(tier !== undefined && { tier }), chain, logs } as const;
  for (const rule of chain.rules) {
    if (!matchesPacket(rule.match, packet, view)) continue;
    if (rule.action !== "log") return { ...asked, rule };
    logs.push(rule);
  }
  return asked;
}
