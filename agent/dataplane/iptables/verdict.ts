import type { RuleText, TableName } from "../../../kernel/iptables/table.ts";
import type { Direction, Stage } from "../../../policy/rule.ts";
import { dropTag } from "../drop-tag.ts";
import type { FirewallOptions } from "../options.ts";
import { names } from "./names.ts";
import { comment, rule } from "./rule-text.ts";

/** What an allow of a policy is: the end of the packet's way through the table, or a mark bit and a return. */
export type Allow = { readonly target: RuleText } | { readonly mark: number };

/**
 * What an allow means at a stage. To receive is the last question, so that it ends there; what is sent may yet meet its
 * receiver, and a host endpoint's `forward` the next gate. What is allowed before conntrack or before DNAT is marked for good.
 * `isReceivedAsked`: the host endpoint `*` is asked about what workloads receive.
 */
export function allowOf(stage: Stage, direction: Direction, options: FirewallOptions, isReceivedAsked = false): Allow {
  const { marks, allowAction, serviceLoopPrevention } = options;
  if (stage === "untracked" || stage === "pre-dnat") return { mark: marks.final };
  if (stage === "forward" || direction === "egress" || allowAction === "Return") return { mark: marks.accept };
  const isFinal = serviceLoopPrevention === "Disabled" && !isReceivedAsked;
  return { target: isFinal ? "-j ACCEPT" : `-g ${names.allowed}` };
}

/** Refuses what meets `when`, as denyAction says where the table can reject (man iptables-extensions: REJECT). */
export function deny(name: string, when: RuleText, table: TableName, options: FirewallOptions): RuleText[] {
  return refuse(name, when, table === "filter" && options.denyAction === "Reject" ? "-j REJECT" : "-j DROP", options);
}

/** Drops what meets `when`, whatever denyAction says. */
export function drop(name: string, when: RuleText, options: FirewallOptions): RuleText[] {
  return refuse(name, when, "-j DROP", options);
}

/** One rule that carries the name, and before it, where somebody listens, one that tells of the packet. */
export function refuse(name: string, when: RuleText, target: RuleText, { dropGroup }: FirewallOptions): RuleText[] {
  const last = rule(when, comment(name), target);
  if (dropGroup === undefined) return [last];
  return [rule(when, `-j NFLOG --nflog-group ${dropGroup} --nflog-prefix "${dropTag(name)}"`), last];
}
