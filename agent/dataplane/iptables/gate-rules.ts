import type { RuleText, TableName } from "../../../kernel/iptables/table.ts";
import type { Gate } from "../../../policy/chain.ts";
import { describeReason } from "../../../policy/evaluate.ts";
import type { Direction, Stage } from "../../../policy/rule.ts";
import type { FirewallOptions } from "../options.ts";
import { policyChain } from "./names.ts";
import { clearMark, has, hasNone, rule } from "./rule-text.ts";
import { allowOf, deny } from "./verdict.ts";

/** Where a gate stands. */
export interface GatePlace {
  readonly endpoint: string;
  readonly stage: Stage;
  readonly direction: Direction;
  readonly table: TableName;
}

/** After so many policies it is asked whether one of them has allowed already. */
const STRIDE = 4;

/**
 * A gate's policies tier by tier, then its profiles, then its end. Policies tell by mark bits what they decided; whoever allowed
 * leaves with that bit set. Both bits start clear.
 */
export function gateRules(
  gate: Gate,
  { endpoint, stage, direction, table }: GatePlace,
  options: FirewallOptions,
): RuleText[] {
  const { accept, pass } = options.marks;
  const allow = allowOf(stage, direction, options);
  const bit = "mark" in allow ? allow.mark : 0;
  const isOpen = hasNone(bit | pass);
  const back = bit === 0 ? [] : leave(stage, bit);
  const rules: RuleText[] = [clearMark(accept | pass)];
  for (const [at, { tier, chains, atEnd }] of gate.tiers.entries()) {
    if (at > 0) rules.push(clearMark(pass));
    for (const [position, id] of chains.entries()) {
      rules.push(rule(position > 0 ? isOpen : "", `-j ${policyChain(id)}`));
      if (position % STRIDE === STRIDE - 1 && position < chains.length - 1) rules.push(...back);
    }
    rules.push(...back);
    if (atEnd === "deny") {
      const name = describeReason({ by: "end of tier", tier, direction, endpoint, stage });
      rules.push(...deny(name, hasNone(pass), table, options));
    }
  }
  for (const id of gate.profiles) rules.push(`-j ${policyChain(id)}`, ...back);
  if (gate.atEnd === "continue") return rules;
  return [...rules, ...deny(describeReason({ by: "no profile", direction, endpoint, stage }), "", table, options)];
}

/** Before conntrack an allow keeps the packet out of it. */
function leave(stage: Stage, bit: number): RuleText[] {
  return [...(stage === "untracked" ? [rule(has(bit), "-j CT --notrack")] : []), rule(has(bit), "-j RETURN")];
}
