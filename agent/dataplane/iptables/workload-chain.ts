import type { RuleText, TableName } from "../../../kernel/iptables/table.ts";
import type { EndpointGates } from "../../../policy/chain.ts";
import { describeReason } from "../../../policy/evaluate.ts";
import type { Direction } from "../../../policy/rule.ts";
import type { FirewallOptions } from "../options.ts";
import { gateRules } from "./gate-rules.ts";
import { connectionLimit, packetLimit } from "./limit-rules.ts";
import { rule } from "./rule-text.ts";
import { deny } from "./verdict.ts";

/** The port of VXLAN (RFC 7348 4.1) and the protocol number of IP in IP (RFC 2003). */
const VXLAN = "-p udp -m multiport --dports 4789";
const IPIP = "-p 4";

/**
 * What one interface's workload sends (egress) or receives (ingress): connections that were allowed before, limits, then its
 * gate. Limits of what it receives are asked before anybody's connections are let through: see `packetLimit`.
 */
export function workloadChain(gates: EndpointGates, direction: Direction, options: FirewallOptions): RuleText[] {
  const { endpoint } = gates;
  const place = { endpoint, stage: "normal", direction, table: "filter" } as const;
  return [
    ...(direction === "egress" ? packetLimit(gates, direction, options) : []),
    ...connectionState("filter", options),
    ...connectionLimit(gates, direction, options),
    ...(direction === "egress" ? encapsulations(options) : []),
    ...gateRules(gates[direction], place, options),
  ];
}

/** What every stateful chain begins with: connections that somebody allowed go on, broken ones end. */
export function connectionState(table: TableName, options: FirewallOptions): RuleText[] {
  const on = options.allowAction === "Return" ? "-j RETURN" : "-j ACCEPT";
  return [
    rule("-m conntrack --ctstate RELATED,ESTABLISHED", on),
    ...(options.dropInvalid ? deny("connection state invalid", "-m conntrack --ctstate INVALID", table, options) : []),
  ];
}

function encapsulations(options: FirewallOptions): RuleText[] {
  const { vxlan, ipip } = options.workloadEncapsulation;
  const refused = (how: "vxlan" | "ipip", when: RuleText) =>
    deny(describeReason({ by: "encapsulated by a workload", how }), when, "filter", options);
  return [...(vxlan ? [] : refused("vxlan", VXLAN)), ...(ipip ? [] : refused("ipip", IPIP))];
}
