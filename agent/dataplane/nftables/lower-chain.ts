import type { Chain as KernelChain } from "../../../kernel/nftables/chain.ts";
import type { Expression } from "../../../kernel/nftables/expression.ts";
import type { Rule as KernelRule } from "../../../kernel/nftables/rule.ts";
import type { Chain } from "../../../policy/chain.ts";
import { type Action, type Direction, describeOrigin } from "../../../policy/rule.ts";
import type { FirewallOptions } from "../options.ts";
import type { SetNames } from "./list-sets.ts";
import { lowerMatch } from "./lower-match.ts";
import { policyChain } from "./names.ts";

/** A policy's or profile's chain; every rule carries the name of the resource and where in it the rule stands. */
export function lowerChain(chain: Chain, options: FirewallOptions, sets: SetNames): KernelChain {
  const rules: KernelRule[] = [];
  for (const { match, action, origin } of chain.rules) {
    const name = chain.missing ? `${describeOrigin(origin)}: not there` : describeOrigin(origin);
    const deed = deedOf(action, chain.direction, options);
    for (const way of lowerMatch(match, sets))
      rules.push({ expressions: [...way, { kind: "counter" }, ...deed], name });
  }
  return { name: policyChain(chain.id), rules };
}

/**
 * What a rule does. What a workload sends must still be looked at by its receiver, so an allow there is a mark and a
 * return; what a workload receives has been looked at by its sender already, so an allow there is final.
 */
function deedOf(action: Action, direction: Direction, { marks, logPrefix }: FirewallOptions): Expression[] {
  switch (action) {
    case "allow":
      return direction === "ingress" ? [{ kind: "accept" }] : [setMark(marks.accept), { kind: "return" }];
    case "deny":
      return [{ kind: "drop" }];
    case "pass":
      return [setMark(marks.pass), { kind: "return" }];
    case "log":
      return [{ kind: "log", prefix: logPrefix }];
  }
}

/** Sets some bits of the packet's mark. */
export function setMark(bits: number): Expression {
  return { kind: "set mark", keep: ~bits >>> 0, flip: bits };
}

/** Clears some bits of the packet's mark. */
export function clearMark(bits: number): Expression {
  return { kind: "set mark", keep: ~bits >>> 0, flip: 0 };
}
