import type { Rule as KernelRule } from "../../../kernel/nftables/rule.ts";
import type { ChainId, Gate } from "../../../policy/chain.ts";
import { describeReason } from "../../../policy/evaluate.ts";
import type { Direction, Stage } from "../../../policy/rule.ts";
import type { FirewallOptions } from "../options.ts";
import { type Denial, denialAt, denyRule } from "./deny.ts";
import { clearMark, hasMark, lacksMark } from "./mark.ts";
import { policyChain } from "./names.ts";

/** One gate of an endpoint, and how its chains are called. */
export interface GateAt {
  readonly gate: Gate;
  readonly direction: Direction;
  readonly stage: Stage;
  /** Of the endpoint, as reasons name it. */
  readonly endpoint: string;
  /** Absent: as the stage says. */
  readonly how?: Denial;
  /** The name of a policy's chain; absent: `policyChain`. */
  readonly chainName?: (id: ChainId) => string;
}

/** After so many policies it is asked whether one of them has allowed already. */
const STRIDE = 4;

/** Whether an allow at this stage is a mark, upon which others are still to be asked. */
function isMarked(stage: Stage, direction: Direction): boolean {
  return stage === "forward" || (stage === "normal" && direction === "egress");
}

/**
 * The rules of a gate: its policies tier by tier, then its profiles, then a drop or nothing. Bits of the mark tell whether a policy
 * before allowed (where an allow is a mark) or passed; both start clear. What was allowed by a mark returns.
 */
export function gateRules(at: GateAt, options: FirewallOptions): KernelRule[] {
  const { gate, direction, stage, endpoint, how = denialAt(stage, options), chainName = policyChain } = at;
  const { accept, pass } = options.marks;
  const marked = isMarked(stage, direction);
  const isOpen = lacksMark(marked ? accept | pass : pass);
  const back: KernelRule = { expressions: [hasMark(accept), { kind: "return" }], name: "allowed" };
  const rules: KernelRule[] = [];
  if (gate.tiers.length === 0 && gate.profiles.length > 0)
    rules.push({ expressions: [clearMark(accept | pass)], name: "profiles" });
  for (const [n, { tier, chains, atEnd }] of gate.tiers.entries()) {
    rules.push({ expressions: [clearMark(n > 0 ? pass : accept | pass)], name: `tier ${tier}` });
    for (const [position, id] of chains.entries()) {
      const jump = { kind: "jump", chain: chainName(id) } as const;
      rules.push({ expressions: position === 0 ? [jump] : [isOpen, jump] });
      if (marked && position % STRIDE === STRIDE - 1) rules.push(back);
    }
    if (marked && chains.length % STRIDE !== 0) rules.push(back);
    if (atEnd === "deny") {
      const name = describeReason({ by: "end of tier", tier, direction, endpoint, stage });
      rules.push(denyRule(name, options, how, [isOpen]));
    }
  }
  for (const id of gate.profiles) {
    rules.push({ expressions: [{ kind: "jump", chain: chainName(id) }] });
    if (marked) rules.push(back);
  }
  if (gate.atEnd === "deny")
    rules.push(denyRule(describeReason({ by: "no profile", direction, endpoint, stage }), options, how));
  return rules;
}
