import type { Expression } from "../../../kernel/nftables/expression.ts";
import type { Rule as KernelRule } from "../../../kernel/nftables/rule.ts";
import type { Stage } from "../../../policy/rule.ts";
import { dropTag } from "../drop-tag.ts";
import type { FirewallOptions } from "../options.ts";

/** How a packet is denied: told to its sender where the node says so and the hook lets us, else without a word. */
export type Denial = "drop" | "reject";

/** How packets are denied at a stage: before conntrack and before DNAT nobody is told. */
export function denialAt(stage: Stage, { denyAction }: FirewallOptions): Denial {
  return denyAction === "Reject" && (stage === "normal" || stage === "forward") ? "reject" : "drop";
}

/** What a rule of this name does with a packet it denies, after counting it: listeners of `dropGroup` hear of it first. */
export function denial(name: string, options: FirewallOptions, how: Denial): Expression[] {
  const { dropGroup } = options;
  const told: Expression[] = dropGroup === undefined ? [] : [{ kind: "log", prefix: dropTag(name), group: dropGroup }];
  return [...told, how === "drop" ? { kind: "drop" } : { kind: "reject", with: "port-unreachable" }];
}

/** A rule that counts and denies what meets all of `when`. */
export function denyRule(
  name: string,
  options: FirewallOptions,
  how: Denial,
  when: readonly Expression[] = [],
): KernelRule {
  return { expressions: [...when, { kind: "counter" }, ...denial(name, options, how)], name };
}
