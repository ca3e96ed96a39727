import { formatAddress } from "../../../net/address-text.ts";
import type { Family } from "../../../net/family.ts";
import { formatPrefix, type Prefix } from "../../../net/prefix.ts";
import type { Chain, ChainId, EndpointGates } from "../../../policy/chain.ts";
import { neighbourDiscoveryTypes } from "../../../policy/evaluate/packet-kind.ts";
import { ALL_POOLS, MASQUERADE_POOLS, type SetId, type SetMember, type SetSpec } from "../../../policy/set.ts";
import type { FirewallOptions } from "../options.ts";
import { dispatchChains } from "./dispatch.ts";
import { type IpsetText, ipsetText, ipsetType } from "./ipset.ts";
import { fromChain, ipsetName, names, policyChain, SOURCES, toChain } from "./names.ts";
import { renderChain, renderEndpoint } from "./render-chain.ts";
import { comment, type RuleText, rule, type TableText } from "./table-text.ts";

/** The whole policy of a node, as `PolicyState` adds it up. */
export interface WholePolicy {
  readonly chains: ReadonlyMap<ChainId, Chain>;
  readonly endpoints: ReadonlyMap<string, EndpointGates>;
  sets(): Iterable<readonly [SetSpec, ReadonlySet<SetMember>]>;
}

/** What one family's iptables and ipsets should hold. Sets come before the rules that look into them. */
export interface IptablesText {
  readonly sets: readonly IpsetText[];
  readonly tables: readonly TableText[];
}

/** The policy in iptables' words, for one family; the same policy is always the same text. */
export function renderIptables(policy: WholePolicy, family: Family, options: FirewallOptions): IptablesText {
  const lists = new Map<SetId, readonly Prefix[]>();
  const filter = new Map<string, readonly RuleText[]>(staticChains(family, options));
  const interfaces = [...policy.endpoints.keys()].sort();
  for (const [name, rules] of dispatchChains(names.from, "-i", interfaces, fromChain)) filter.set(name, rules);
  for (const [name, rules] of dispatchChains(names.to, "-o", interfaces, toChain)) filter.set(name, rules);
  for (const id of [...policy.chains.keys()].sort()) {
    const need = (list: SetId, nets: readonly Prefix[]) => lists.set(list, nets);
    filter.set(policyChain(id), renderChain(policy.chains.get(id)!, family, options, need));
  }
  for (const name of interfaces) {
    const gates = policy.endpoints.get(name)!;
    filter.set(fromChain(name), renderEndpoint(gates, "egress", options));
    filter.set(toChain(name), renderEndpoint(gates, "ingress", options));
  }
  return {
    sets: setsOf(policy, lists, family, options),
    tables: [rawTable(family, options), filterTable(filter), natTable(family, options)],
  };
}

function setsOf(
  policy: WholePolicy,
  lists: ReadonlyMap<SetId, readonly Prefix[]>,
  family: Family,
  { sourceSpoofing }: FirewallOptions,
): IpsetText[] {
  const sources = [...policy.endpoints.values()].flatMap((gates) => {
    const allowed = sourceSpoofing === "Any" ? [...gates.sources, ...gates.spoofable] : gates.sources;
    return allowed.map((prefix) => `${formatPrefix(prefix)},${gates.interfaceName}`);
  });
  const sets = [ipsetText(SOURCES, "hash:net,iface", sources, family)];
  for (const [spec, members] of policy.sets()) sets.push(ipsetText(spec.id, ipsetType(spec.kind), members, family));
  for (const [id, nets] of lists) sets.push(ipsetText(id, "hash:net", nets.map(formatPrefix), family));
  return sets.sort((x, y) => (x.name < y.name ? -1 : 1));
}

function staticChains(family: Family, { interfacePrefixes, endpointToHost }: FirewallOptions): [string, RuleText[]][] {
  const each = (flag: string, then: string) => interfacePrefixes.map((prefix) => `${flag} ${prefix}+ ${then}`);
  const discovery = neighbourDiscoveryTypes.map((type) =>
    rule(`-p icmpv6 -m icmp6 --icmpv6-type ${type}`, comment("neighbour discovery"), "-j ACCEPT"),
  );
  const toHost = [...(family === "ipv6" ? discovery : []), `-j ${names.from}`];
  if (endpointToHost !== "Return") {
    toHost.push(rule(comment("DefaultEndpointToHostAction"), `-j ${endpointToHost === "Drop" ? "DROP" : "ACCEPT"}`));
  }
  return [
    [names.input, each("-i", `-g ${names.toHost}`)],
    [names.forward, [...each("-i", `-j ${names.from}`), ...each("-o", `-g ${names.to}`)]],
    [names.toHost, toHost],
  ];
}

function filterTable(chains: ReadonlyMap<string, readonly RuleText[]>): TableText {
  return {
    table: "filter",
    chains,
    hooks: [
      { chain: "INPUT", rule: `-j ${names.input}`, place: "first" },
      { chain: "FORWARD", rule: `-j ${names.forward}`, place: "first" },
    ],
  };
}

/** Before conntrack: may this interface send from this address? */
function rawTable(family: Family, { interfacePrefixes }: FirewallOptions): TableText {
  const check = "cali-rpf-check";
  const linkLocal = ["fe80::/10", formatAddress({ family: "ipv6", a: 0, b: 0, c: 0, d: 0 })];
  const rules = [
    `-m set --match-set ${ipsetName(SOURCES, family)} src,src -j RETURN`,
    ...(family === "ipv6" ? linkLocal.map((net) => rule(`-s ${net}`, comment("link-local"), "-j RETURN")) : []),
    rule(comment("the source is no address of this endpoint"), "-j DROP"),
  ];
  const chains = new Map([
    [names.source, interfacePrefixes.map((prefix) => `-i ${prefix}+ -g ${check}`)],
    [check, rules],
  ]);
  return { table: "raw", chains, hooks: [{ chain: "PREROUTING", rule: `-j ${names.source}`, place: "first" }] };
}

function natTable(family: Family, { natOutgoing }: FirewallOptions): TableText {
  const fixed = natOutgoing?.family === family ? natOutgoing : undefined;
  const nat = `${fixed ? `SNAT --to-source ${formatAddress(fixed)}` : "MASQUERADE"} --random-fully`;
  const from = `-m set --match-set ${ipsetName(MASQUERADE_POOLS, family)} src`;
  const to = `-m set ! --match-set ${ipsetName(ALL_POOLS, family)} dst`;
  const chains = new Map([[names.postrouting, [rule(from, to, comment("natOutgoing"), `-j ${nat}`)]]]);
  return { table: "nat", chains, hooks: [{ chain: "POSTROUTING", rule: `-j ${names.postrouting}`, place: "last" }] };
}
