import type { Family } from "../../../net/family.ts";
import type { Chain, EndpointGates } from "../../../policy/chain.ts";
import { describeReason, type Reason } from "../../../policy/evaluate.ts";
import { type Action, type Direction, describeOrigin } from "../../../policy/rule.ts";
import type { FirewallOptions, Marks } from "../options.ts";
import { policyChain } from "./names.ts";
import { type NeedNets, renderMatch } from "./render-match.ts";
import { comment, type RuleText, rule } from "./table-text.ts";

/** The longest prefix of a log line (xt_LOG, 30 octets with its NUL). */
const LONGEST_LOG_PREFIX = 29;

/** The rules of a policy or profile for one family. A rule that marks and returns needs two lines. */
export function renderChain(chain: Chain, family: Family, options: FirewallOptions, need: NeedNets): RuleText[] {
  return chain.rules.flatMap(({ match, action, origin }) => {
    const name = comment(chain.missing ? `${describeOrigin(origin)}: not there` : describeOrigin(origin));
    const deeds = deedsOf(action, chain.direction, options);
    return renderMatch(match, family, need).flatMap((way) => [
      rule(way, name, deeds[0]),
      ...(deeds[1] ? [rule(has(deeds[1]), "-j RETURN")] : []),
    ]);
  });
}

/** What a rule does, and which mark bit, if any, then means to return. */
function deedsOf(action: Action, direction: Direction, { marks, logPrefix }: FirewallOptions): [RuleText, number?] {
  switch (action) {
    case "allow":
      return direction === "ingress" ? ["-j ACCEPT"] : [setMark(marks.accept), marks.accept];
    case "deny":
      return ["-j DROP"];
    case "pass":
      return [setMark(marks.pass), marks.pass];
    case "log":
      return [`-j LOG --log-prefix "${logPrefix.slice(0, LONGEST_LOG_PREFIX).replace(/[^ !#-~]|\\/gu, "?")}"`];
  }
}

/** What one interface's workload sends or receives; the same order as in nftables. */
export function renderEndpoint(gates: EndpointGates, direction: Direction, { marks }: FirewallOptions): RuleText[] {
  const { endpoint } = gates;
  const { tiers, profiles } = gates[direction];
  const isOpen = hasNone(direction === "egress" ? marks.accept | marks.pass : marks.pass);
  const back = direction === "egress" ? [rule(has(marks.accept), "-j RETURN")] : [];
  const rules: RuleText[] = [
    "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
    rule("-m conntrack --ctstate INVALID", comment("connection state invalid"), "-j DROP"),
    clearMark(marks.accept | marks.pass),
  ];
  for (const { tier, chains, atEnd } of tiers) {
    for (const [position, id] of chains.entries())
      rules.push(rule(position > 0 ? isOpen : "", `-j ${policyChain(id)}`));
    rules.push(...back);
    if (atEnd === "deny") rules.push(drop({ by: "end of tier", tier, direction, endpoint }, isOpen));
    rules.push(clearMark(marks.pass));
  }
  for (const id of profiles) rules.push(`-j ${policyChain(id)}`, ...back);
  return [...rules, drop({ by: "no profile", direction, endpoint })];
}

function drop(reason: Reason, when = ""): RuleText {
  return rule(when, comment(describeReason(reason)), "-j DROP");
}

function hex(bits: number): string {
  return `0x${(bits >>> 0).toString(16)}`;
}

function has(bits: number): RuleText {
  return `-m mark --mark ${hex(bits)}/${hex(bits)}`;
}

function hasNone(bits: number): RuleText {
  return `-m mark --mark 0x0/${hex(bits)}`;
}

function setMark(bits: number): RuleText {
  return `-j MARK --set-xmark ${hex(bits)}/${hex(bits)}`;
}

function clearMark(bits: Marks["accept"]): RuleText {
  return `-j MARK --set-xmark 0x0/${hex(bits)}`;
}
