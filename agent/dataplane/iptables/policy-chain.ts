import type { RuleText, TableName } from "../../../kernel/iptables/table.ts";
import type { Chain } from "../../../policy/chain.ts";
import { describeOrigin, type Rule } from "../../../policy/rule.ts";
import { logPrefix } from "../log-prefix.ts";
import { metOnce } from "../met-once.ts";
import type { FirewallOptions } from "../options.ts";
import { type FamilySets, renderMatch } from "./render-match.ts";
import { comment, has, rule, setMark } from "./rule-text.ts";
import { type Allow, allowOf, deny } from "./verdict.ts";

/** The longest prefix of a log line (xt_LOG, 30 octets with its NUL). */
const LONGEST_LOG_PREFIX = 29;

/** The highest rate, and burst, of xt_limit (XT_LIMIT_SCALE of linux/netfilter/xt_limit.h). */
const MOST_A_SECOND = 10_000;
const seconds = { second: 1, minute: 60, hour: 3600, day: 86_400 } as const;

/** The rules of a policy or profile in one table, for one family. A rule that marks and returns needs two lines. */
export function policyChainRules(
  chain: Chain,
  table: TableName,
  options: FirewallOptions,
  sets: FamilySets,
  isReceivedAsked = false,
): RuleText[] {
  const allow = allowOf(chain.stage, chain.direction, options, isReceivedAsked);
  return chain.rules.flatMap((one) => {
    const name = chain.missing ? `${describeOrigin(one.origin)}: not there` : describeOrigin(one.origin);
    const deed = chain.staged ? onlyCounted(one, name) : deedOf(one, chain, name, allow, table, options);
    const matches = one.action === "log" ? metOnce(one.match) : [one.match];
    return matches.flatMap((match) => renderMatch(match, sets)).flatMap(deed);
  });
}

/** What becomes of packets that meet `when`. */
type Deed = (when: RuleText) => RuleText[];

/** A staged rule counts and leaves its policy; one that logs only counts. */
function onlyCounted({ action }: Rule, name: string): Deed {
  return (when) => [rule(when, comment(name), action === "log" ? "" : "-j RETURN")];
}

function deedOf(
  { action }: Rule,
  chain: Chain,
  name: string,
  allow: Allow,
  table: TableName,
  options: FirewallOptions,
): Deed {
  switch (action) {
    case "allow":
      return "target" in allow ? (when) => [rule(when, comment(name), allow.target)] : markAndReturn(name, allow.mark);
    case "deny":
      return (when) => deny(name, when, table, options);
    case "pass":
      // There is no tier after a profile: its pass leaves the profile, and no mark that an earlier one left may take part.
      if (chain.owner.kind === "Profile") return (when) => [rule(when, comment(name), "-j RETURN")];
      return markAndReturn(name, options.marks.pass);
    case "log":
      return logged(name, logRate(options), logTarget(chain, options));
  }
}

/** Every packet counts, also one that the rate keeps from being logged. */
function logged(name: string, rate: RuleText, target: RuleText): Deed {
  if (rate === "") return (when) => [rule(when, comment(name), target)];
  return (when) => [rule(when, comment(name)), rule(when, rate, target)];
}

function markAndReturn(name: string, bits: number): Deed {
  return (when) => [rule(when, comment(name), setMark(bits)), rule(has(bits), "-j RETURN")];
}

/** Within what xt_limit can reckon with: above its highest rate every packet is logged, and no burst lasts more than a day. */
function logRate({ logRate }: FirewallOptions): RuleText {
  if (!logRate) return "";
  const { rate, per, burst } = logRate;
  if (rate > MOST_A_SECOND * seconds[per]) return "";
  const most = Math.min(MOST_A_SECOND, Math.floor((rate * seconds.day) / seconds[per]));
  return `-m limit --limit ${rate}/${per} --limit-burst ${Math.max(1, Math.min(burst, most))}`;
}

function logTarget(chain: Chain, { logPrefix: format }: FirewallOptions): RuleText {
  return `-j LOG --log-prefix "${logPrefix(format, chain, LONGEST_LOG_PREFIX).replace(/[^ !#-[\]-~]/gu, "?")}"`;
}
