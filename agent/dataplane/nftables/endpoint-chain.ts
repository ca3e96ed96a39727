import type { Chain as KernelChain } from "../../../kernel/nftables/chain.ts";
import type { Expression } from "../../../kernel/nftables/expression.ts";
import type { Rule as KernelRule } from "../../../kernel/nftables/rule.ts";
import type { EndpointGates } from "../../../policy/chain.ts";
import { describeReason, type Reason } from "../../../policy/evaluate.ts";
import type { Direction } from "../../../policy/rule.ts";
import type { FirewallOptions } from "../options.ts";
import { clearMark } from "./lower-chain.ts";
import { fromChain, policyChain, toChain } from "./names.ts";

const established: KernelRule = {
  expressions: [{ kind: "ct state", states: ["established", "related"] }, { kind: "accept" }],
};
const invalid: KernelRule = {
  expressions: [{ kind: "ct state", states: ["invalid"] }, { kind: "counter" }, { kind: "drop" }],
  name: "connection state invalid",
};

/**
 * What one interface's workload sends (egress) or receives (ingress): its policies tier by tier, then its profiles, then
 * a drop. Bits of the mark tell whether a policy before allowed (egress only) or passed; both start clear.
 */
export function endpointChain(gates: EndpointGates, direction: Direction, options: FirewallOptions): KernelChain {
  const { endpoint, interfaceName } = gates;
  const { tiers, profiles } = gates[direction];
  const { accept, pass } = options.marks;
  const decided = direction === "egress" ? accept | pass : pass;
  const isOpen: Expression = { kind: "mark", mask: decided, value: 0 };
  const isAllowed: Expression = { kind: "mark", mask: accept, value: accept };
  const rules: KernelRule[] = [established, invalid, { expressions: [clearMark(accept | pass)] }];
  const back = { expressions: [isAllowed, { kind: "return" }] } as const;
  for (const { tier, chains, atEnd } of tiers) {
    for (const [position, id] of chains.entries()) {
      const jump = { kind: "jump", chain: policyChain(id) } as const;
      rules.push({ expressions: position === 0 ? [jump] : [isOpen, jump] });
      if (direction === "egress" && position % STRIDE === STRIDE - 1) rules.push(back);
    }
    if (direction === "egress" && chains.length % STRIDE !== 0) rules.push(back);
    if (atEnd === "deny") rules.push(drop({ by: "end of tier", tier, direction, endpoint }, [isOpen]));
    rules.push({ expressions: [clearMark(pass)] });
  }
  for (const id of profiles) {
    rules.push({ expressions: [{ kind: "jump", chain: policyChain(id) }] });
    if (direction === "egress") rules.push(back);
  }
  rules.push(drop({ by: "no profile", direction, endpoint }));
  return { name: direction === "egress" ? fromChain(interfaceName) : toChain(interfaceName), rules };
}

/** After so many policies it is asked whether one of them has allowed already. */
const STRIDE = 4;

/** A counted drop that says why. */
export function drop(reason: Reason, when: readonly Expression[] = []): KernelRule {
  return { expressions: [...when, { kind: "counter" }, { kind: "drop" }], name: describeReason(reason) };
}
