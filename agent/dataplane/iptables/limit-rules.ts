import type { RuleText } from "../../../kernel/iptables/table.ts";
import type { EndpointGates } from "../../../policy/chain.ts";
import type { Direction } from "../../../policy/rule.ts";
import { dropTag } from "../drop-tag.ts";
import type { FirewallOptions } from "../options.ts";
import { fromChain, toChain } from "./names.ts";
import { clearMark, comment, has, rule, setMark } from "./rule-text.ts";
import { drop } from "./verdict.ts";

/** The highest rate and burst of hashlimit (XT_HASHLIMIT_SCALE_v2, XT_HASHLIMIT_BURST_MAX of linux/netfilter/xt_hashlimit.h). */
const MOST = 1_000_000;

/**
 * Drops packets beyond an endpoint's packet rate, those of established connections too. The bucket is named by what it
 * holds: the kernel never changes a bucket that is there. Faster than a million packets a second is not limited.
 */
export function packetLimit(
  { interfaceName, endpoint, limits }: EndpointGates,
  direction: Direction,
  options: FirewallOptions,
): RuleText[] {
  const packets = limits?.[direction]?.packets;
  if (!packets || packets.rate > MOST) return [];
  const burst = Math.min(Math.max(packets.burst, 1), MOST);
  const chain = direction === "egress" ? fromChain(interfaceName) : toChain(interfaceName);
  const bucket = `--hashlimit-name ${chain}-${packets.rate}-${burst}`;
  const over = `-m hashlimit --hashlimit-above ${packets.rate}/sec --hashlimit-burst ${burst} ${bucket}`;
  const name = `packet rate of ${endpoint}, ${direction}`;
  // A packet must be weighed once only, so that it cannot be told of and dropped by two rules that both weigh it.
  const { pass } = options.marks;
  if (options.dropGroup !== undefined)
    return [clearMark(pass), rule(over, setMark(pass)), ...drop(name, has(pass), options)];
  return drop(name, over, options);
}

/** A TCP connection beyond the number is refused with a reset, as Felix does. */
export function connectionLimit(
  { endpoint, limits }: EndpointGates,
  direction: Direction,
  { dropGroup, marks: { pass } }: FirewallOptions,
): RuleText[] {
  const connections = limits?.[direction]?.connections;
  if (connections === undefined) return [];
  const name = `connections of ${endpoint}, ${direction}`;
  const over = `-p tcp -m connlimit --connlimit-above ${connections} --connlimit-mask 0`;
  const reset = "-j REJECT --reject-with tcp-reset";
  if (dropGroup === undefined) return [rule(over, comment(name), reset)];
  return [
    clearMark(pass),
    rule(over, setMark(pass)),
    rule(has(pass), `-j NFLOG --nflog-group ${dropGroup} --nflog-prefix "${dropTag(name)}"`),
    rule("-p tcp", has(pass), comment(name), reset),
  ];
}
