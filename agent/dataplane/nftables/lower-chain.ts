import type { Chain as KernelChain } from "../../../kernel/nftables/chain.ts";
import { longestLogPrefix } from "../../../kernel/nftables/expression/log.ts";
import type { Expression } from "../../../kernel/nftables/expression.ts";
import type { Rule as KernelRule } from "../../../kernel/nftables/rule.ts";
import type { Chain } from "../../../policy/chain.ts";
import { type Action, describeOrigin } from "../../../policy/rule.ts";
import { logPrefix } from "../log-prefix.ts";
import { metOnce } from "../met-once.ts";
import type { FirewallOptions } from "../options.ts";
import { type Denial, denial } from "./deny.ts";
import type { SetNames } from "./list-sets.ts";
import { lowerMatch } from "./lower-match.ts";
import { setMark } from "./mark.ts";
import { names } from "./names.ts";

/** What a chain's verdicts are to the kernel, beyond what its stage says. */
export interface Verdicts {
  readonly deny: Denial;
  /** Whether others are asked yet about what a policy lets somebody receive: the chain `received` leads to them. */
  readonly isReceivedAsked: boolean;
}

/** A chain, and the names of the rules that are not in it because no packet can meet them as things are. */
export interface LoweredChain {
  readonly chain: KernelChain;
  readonly idle: readonly string[];
}

/**
 * A policy's or profile's chain at its stage, under a name; every rule carries the name of the resource and where in it the rule
 * stands.
 */
export function lowerChain(
  chain: Chain,
  name: string,
  options: FirewallOptions,
  verdicts: Verdicts,
  sets: SetNames,
): LoweredChain {
  const rules: KernelRule[] = [];
  const idle: string[] = [];
  for (const { match, action, origin } of chain.rules) {
    const rule = chain.missing ? `${describeOrigin(origin)}: not there` : describeOrigin(origin);
    const deed = chain.staged ? countOnly(action) : deedOf(action, chain, rule, options, verdicts);
    const ways = (action === "log" ? metOnce(match) : [match]).flatMap((one) => lowerMatch(one, sets));
    for (const way of ways) rules.push({ expressions: [...way, { kind: "counter" }, ...deed], name: rule });
    if (ways.length === 0) idle.push(rule);
  }
  return { chain: { name, rules }, idle };
}

/** What a staged rule does: it has decided what it would have decided, and nothing happens. */
function countOnly(action: Action): Expression[] {
  return action === "log" ? [] : [{ kind: "return" }];
}

function deedOf(
  action: Action,
  chain: Chain,
  name: string,
  options: FirewallOptions,
  { deny, isReceivedAsked }: Verdicts,
): readonly Expression[] {
  switch (action) {
    case "allow":
      return allowed(chain, options, isReceivedAsked);
    case "deny":
      return denial(name, options, deny);
    case "pass":
      return [setMark(options.marks.pass), { kind: "return" }];
    case "log":
      return logged(chain, options);
  }
}

/**
 * What a workload sends must still be looked at by its receiver, and what is forwarded by whoever comes next, so an allow there is a
 * mark and a return. What is received has been looked at by its sender already: an allow there is final, or leads to whoever is
 * asked yet. What is allowed before conntrack or before DNAT is asked about by nobody after.
 */
function allowed({ direction, stage }: Chain, { marks }: FirewallOptions, isReceivedAsked: boolean): Expression[] {
  switch (stage) {
    case "normal":
      if (direction === "egress") return [setMark(marks.accept), { kind: "return" }];
      return [isReceivedAsked ? { kind: "goto", chain: names.received } : { kind: "accept" }];
    case "forward":
      return [setMark(marks.accept), { kind: "return" }];
    case "untracked":
      return [{ kind: "notrack" }, setMark(marks.final), { kind: "accept" }];
    case "pre-dnat":
      return [setMark(marks.final), { kind: "accept" }];
  }
}

/** The prefix is whatever somebody has configured; what nft could not print is left out of it. */
function logged(chain: Chain, { logPrefix: format, logRate }: FirewallOptions): Expression[] {
  const prefix = logPrefix(format.replace(/[^ !#-~]/g, ""), chain, longestLogPrefix);
  const log: Expression = { kind: "log", prefix };
  return logRate ? [{ kind: "limit", ...logRate }, log] : [log];
}
