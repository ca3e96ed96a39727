import type { Chain as KernelChain } from "../../../kernel/nftables/chain.ts";
import type { Rule as KernelRule } from "../../../kernel/nftables/rule.ts";
import type { EndpointGates } from "../../../policy/chain.ts";
import { describeReason } from "../../../policy/evaluate.ts";
import type { Direction } from "../../../policy/rule.ts";
import type { FirewallOptions } from "../options.ts";
import { type Denial, denial, denialAt, denyRule } from "./deny.ts";
import { gateRules } from "./gate-rules.ts";
import { fromChain, toChain } from "./names.ts";

/** UDP port and IP protocol of the encapsulations that workloads may not do themselves (RFC 7348 5, RFC 2003). */
const VXLAN_PORT = 4789;
const IPIP = 4;

/**
 * What one interface's workload sends (egress) or receives (ingress): its packet rate, what belongs to a connection that was let
 * through, its number of connections, and then its gate.
 */
export function endpointChain(gates: EndpointGates, direction: Direction, options: FirewallOptions): KernelChain {
  const { endpoint, interfaceName } = gates;
  return {
    name: direction === "egress" ? fromChain(interfaceName) : toChain(interfaceName),
    rules: [
      ...packetRate(gates, direction, options),
      ...connectionRules("accept", options, denialAt("normal", options)),
      ...connectionCount(gates, direction, options),
      ...(direction === "egress" ? encapsulated(options) : []),
      ...gateRules({ gate: gates[direction], direction, stage: "normal", endpoint }, options),
    ],
  };
}

/** What belongs to a connection that was let through leaves the chain by `then`; what belongs to none that makes sense is dropped. */
export function connectionRules(then: "accept" | "return", options: FirewallOptions, how: Denial): KernelRule[] {
  const established: KernelRule = {
    expressions: [{ kind: "ct state", states: ["established", "related"] }, { kind: then }],
  };
  if (!options.dropInvalid) return [established];
  return [established, denyRule("connection state invalid", options, how, [{ kind: "ct state", states: ["invalid"] }])];
}

/** More packets than allowed go before anything else is asked, those of established connections too. */
function packetRate({ endpoint, limits }: EndpointGates, direction: Direction, options: FirewallOptions): KernelRule[] {
  const packets = limits?.[direction]?.packets;
  if (!packets) return [];
  const over = { kind: "limit", rate: packets.rate, per: "second", burst: packets.burst, over: true } as const;
  return [denyRule(`packet rate of ${endpoint}, ${direction}`, options, "drop", [over])];
}

/** A TCP connection beyond the number is refused with a reset, as Felix does. */
function connectionCount(
  { endpoint, limits }: EndpointGates,
  direction: Direction,
  options: FirewallOptions,
): KernelRule[] {
  const connections = limits?.[direction]?.connections;
  if (connections === undefined) return [];
  const name = `connections of ${endpoint}, ${direction}`;
  const told = denial(name, options, "drop").slice(0, -1);
  return [
    {
      expressions: [
        { kind: "l4proto", protocol: 6 },
        { kind: "ct count", connections, over: true },
        { kind: "counter" },
        ...told,
        { kind: "reject", with: "tcp reset" },
      ],
      name,
    },
  ];
}

function encapsulated(options: FirewallOptions): KernelRule[] {
  const { vxlan, ipip } = options.workloadEncapsulation;
  const how = denialAt("normal", options);
  const rules: KernelRule[] = [];
  if (!vxlan) {
    const port = { kind: "port", protocol: "udp", field: "dport", from: VXLAN_PORT, to: VXLAN_PORT } as const;
    const name = describeReason({ by: "encapsulated by a workload", how: "vxlan" });
    rules.push(denyRule(name, options, how, [port]));
  }
  if (!ipip) {
    const name = describeReason({ by: "encapsulated by a workload", how: "ipip" });
    rules.push(denyRule(name, options, how, [{ kind: "l4proto", protocol: IPIP }]));
  }
  return rules;
}
