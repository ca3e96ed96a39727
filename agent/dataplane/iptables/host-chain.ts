import type { RuleText, TableName } from "../../../kernel/iptables/table.ts";
import type { Family } from "../../../net/family.ts";
import { formatPrefix } from "../../../net/prefix.ts";
import type { HostGates } from "../../../policy/chain.ts";
import { describeReason, type FailsafePort } from "../../../policy/evaluate.ts";
import type { Direction, Stage } from "../../../policy/rule.ts";
import type { FirewallOptions } from "../options.ts";
import { gateRules } from "./gate-rules.ts";
import { names, tableOfStage } from "./names.ts";
import { protocolName } from "./render-match.ts";
import { comment, rule } from "./rule-text.ts";
import { connectionState } from "./workload-chain.ts";

/** Whether a host endpoint has anything to say at a stage. */
export function hasGate(host: HostGates, stage: Stage, direction: Direction): boolean {
  const { tiers, profiles, atEnd } = host.stages[stage][direction];
  return tiers.length + profiles.length > 0 || atEnd === "deny";
}

/**
 * What a host endpoint lets through at a stage. Connections are looked at where there are any yet, failsafe ports pass before
 * its policies wherever something could shut them. `table` is another than the stage's for what is asked again after NAT.
 */
export function hostChainRules(
  host: HostGates,
  stage: Stage,
  direction: Direction,
  options: FirewallOptions,
  table: TableName = tableOfStage[stage],
): RuleText[] {
  const isStateful = stage === "normal" || stage === "forward";
  const failsafe = direction === "ingress" ? names.failsafeIn : names.failsafeOut;
  return [
    ...(host.interfaceName === "*" && stage === "forward" && direction === "ingress" ? senders(options) : []),
    ...(isStateful ? connectionState(table, options) : []),
    ...(stage === "forward" ? [] : [`-j ${failsafe}`]),
    ...gateRules(host.stages[stage][direction], { endpoint: host.endpoint, stage, direction, table }, options),
  ];
}

/** Connections of workloads go on only after their own chains, which limit how many packets they send. */
function senders({ interfacePrefixes }: FirewallOptions): RuleText[] {
  return interfacePrefixes.map((prefix) => `-i ${prefix}+ -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN`);
}

/**
 * The ports that no policy can close, in one table. In raw, where answers cannot be told from questions, the answers to those of
 * the other direction too. Rules that end the asking carry a name; before conntrack and before DNAT they only spare the packet this
 * table's policies. Source: Calico felix/rules/static.go.
 */
export function failsafeRules(
  direction: Direction,
  table: TableName,
  family: Family,
  options: FirewallOptions,
): RuleText[] {
  const { inbound, outbound } = options.failsafes;
  const [own, other] = direction === "ingress" ? [inbound, outbound] : [outbound, inbound];
  const far = direction === "ingress" ? "-s" : "-d";
  const decides = table === "filter" || (table === "mangle" && direction === "egress");
  const render = (ports: readonly FailsafePort[], flag: string) =>
    ports
      .filter(({ net }) => net === undefined || net.family === family)
      .map(({ protocol, port, net }) => {
        const from = net && `${far} ${formatPrefix(net)}`;
        const name = decides && comment(describeReason({ by: "failsafe port", direction, protocol, port }));
        return rule(`-p ${protocolName(protocol, family)}`, from, name || "", `-m multiport ${flag} ${port} -j ACCEPT`);
      });
  return [...render(own, "--dports"), ...(table === "raw" ? render(other, "--sports") : [])];
}
