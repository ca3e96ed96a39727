import type { Chain, Hook } from "../../../kernel/nftables/chain.ts";
import type { Expression } from "../../../kernel/nftables/expression.ts";
import type { Rule } from "../../../kernel/nftables/rule.ts";
import { ipv6 } from "../../../net/address.ts";
import type { Family } from "../../../net/family.ts";
import { prefixOf } from "../../../net/prefix.ts";
import { neighbourDiscoveryTypes } from "../../../policy/evaluate/packet-kind.ts";
import { ALL_POOLS, MASQUERADE_POOLS } from "../../../policy/set.ts";
import type { FirewallOptions } from "../options.ts";
import { memberSet, names, sourceSets } from "./names.ts";

const COUNT: Expression = { kind: "counter" };

/**
 * The chains that do not depend on policy: where packets come in, and how they find the chain of their workload in one
 * look-up. What comes from an interface that looks like a workload's but is nobody's is dropped.
 *
 *     raw prerouting ─ workload-source: may this interface send from this address?
 *     forward ─┬ iifname → from-workload → from-cali1 ─ policies, profiles
 *              ╰ oifname → to-workload   → to-cali2   ─ policies, profiles
 *     input ─ iifname → workload-to-host → from-workload → …, then DefaultEndpointToHostAction
 *     nat postrouting ─ masquerade what leaves all pools
 */
export function baseChains(options: FirewallOptions): Chain[] {
  return [
    hooked(names.prerouting, { type: "filter", point: "prerouting", priority: -300, policy: "accept" }, [
      ...each(options, "iifname", { kind: "goto", chain: names.source }),
    ]),
    { name: names.source, rules: sourceRules(options) },
    hooked(names.input, { type: "filter", point: "input", priority: 0, policy: "accept" }, [
      ...each(options, "iifname", { kind: "goto", chain: names.toHost }),
    ]),
    { name: names.toHost, rules: toHostRules(options) },
    hooked(names.forward, { type: "filter", point: "forward", priority: 0, policy: "accept" }, [
      ...each(options, "iifname", { kind: "jump", chain: names.fromWorkload }),
      ...each(options, "oifname", { kind: "goto", chain: names.toWorkload }),
    ]),
    { name: names.fromWorkload, rules: dispatch("iifname", names.fromMap) },
    { name: names.toWorkload, rules: dispatch("oifname", names.toMap) },
    // After kube-proxy's, so that its own mark is cleared before the packet gets another header.
    hooked(names.postrouting, { type: "nat", point: "postrouting", priority: 110, policy: "accept" }, [
      natOutgoing("ipv4", options),
      natOutgoing("ipv6", options),
    ]),
  ];
}

function hooked(name: string, hook: Hook, rules: readonly Rule[]): Chain {
  return { name, hook, rules };
}

function each({ interfacePrefixes }: FirewallOptions, field: "iifname" | "oifname", then: Expression): Rule[] {
  return interfacePrefixes.map((prefix) => ({ expressions: [{ kind: "interface", field, name: `${prefix}*` }, then] }));
}

function dispatch(key: "iifname" | "oifname", map: string): Rule[] {
  return [
    { expressions: [{ kind: "vmap", key, map }] },
    { expressions: [COUNT, { kind: "drop" }], name: "no endpoint has this interface" },
  ];
}

/** Before conntrack, so that a forged packet cannot even touch the connection it pretends to belong to. */
function sourceRules({ sourceSpoofing }: FirewallOptions): Rule[] {
  const { own, spoofable } = sourceSets;
  const rules: Rule[] = [
    { expressions: [{ kind: "lookup", key: ["iifname", "ip saddr"], set: own.ipv4 }, { kind: "accept" }] },
    { expressions: [{ kind: "lookup", key: ["iifname", "ip6 saddr"], set: own.ipv6 }, { kind: "accept" }] },
  ];
  for (const prefix of [prefixOf(ipv6(0xfe800000, 0, 0, 0), 10), prefixOf(ipv6(0, 0, 0, 0), 128)]) {
    const link: Expression = { kind: "address", field: "saddr", prefix };
    rules.push({ expressions: [{ kind: "nfproto", family: "ipv6" }, link, { kind: "accept" }], name: "link-local" });
  }
  if (sourceSpoofing === "Any") {
    rules.push(
      { expressions: [{ kind: "lookup", key: ["ip saddr", "iifname"], set: spoofable.ipv4 }, { kind: "accept" }] },
      { expressions: [{ kind: "lookup", key: ["ip6 saddr", "iifname"], set: spoofable.ipv6 }, { kind: "accept" }] },
    );
  }
  return [...rules, { expressions: [COUNT, { kind: "drop" }], name: "the source is no address of this endpoint" }];
}

function toHostRules({ endpointToHost }: FirewallOptions): Rule[] {
  const rules: Rule[] = neighbourDiscoveryTypes.map((type) => ({
    expressions: [{ kind: "icmp", family: "ipv6", type }, { kind: "accept" }],
    name: "neighbour discovery",
  }));
  rules.push({ expressions: [{ kind: "jump", chain: names.fromWorkload }] });
  if (endpointToHost === "Return") return rules;
  const kind = endpointToHost === "Drop" ? "drop" : "accept";
  return [...rules, { expressions: [COUNT, { kind }], name: "DefaultEndpointToHostAction" }];
}

function natOutgoing(family: Family, { natOutgoing: to }: FirewallOptions): Rule {
  const [saddr, daddr] =
    family === "ipv4" ? (["ip saddr", "ip daddr"] as const) : (["ip6 saddr", "ip6 daddr"] as const);
  return {
    expressions: [
      { kind: "lookup", key: [saddr], set: memberSet(MASQUERADE_POOLS, "net", family) },
      { kind: "lookup", key: [daddr], set: memberSet(ALL_POOLS, "net", family), not: true },
      COUNT,
      to?.family === family ? { kind: "snat", to, fullyRandom: true } : { kind: "masquerade", fullyRandom: true },
    ],
    name: "natOutgoing",
  };
}
