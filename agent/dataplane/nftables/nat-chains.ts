import type { Chain } from "../../../kernel/nftables/chain.ts";
import type { Expression } from "../../../kernel/nftables/expression.ts";
import type { Rule } from "../../../kernel/nftables/rule.ts";
import type { Family } from "../../../net/family.ts";
import { hostPrefix } from "../../../net/prefix.ts";
import type { FloatingAddress } from "../../../policy/chain.ts";
import { ALL_HOSTS, ALL_POOLS, MASQUERADE_POOLS } from "../../../policy/set.ts";
import type { FirewallOptions } from "../options.ts";
import type { FixedSets } from "./fixed-sets.ts";
import { names } from "./names.ts";

const COUNT: Expression = { kind: "counter" };

/** A floating address and the endpoint it means, which is `namespace/name`. */
export interface OwnedFloatingAddress extends FloatingAddress {
  readonly endpoint: string;
}

/**
 * The chains that translate addresses. Floating ones first: what goes to one, from outside or from this host, goes to the endpoint it
 * means; an endpoint that speaks with itself by it must see the answer come from there. Then what leaves all pools.
 */
export function natChains(
  floating: readonly OwnedFloatingAddress[],
  sets: FixedSets,
  options: FirewallOptions,
): Chain[] {
  const chains: Chain[] = [];
  const jump: Rule = { expressions: [{ kind: "jump", chain: names.floating }] };
  if (floating.length > 0) {
    chains.push(
      { name: names.floating, rules: floating.map(toEndpoint) },
      // Before kube-proxy's: what a floating address means is nothing of a service's.
      { name: names.natPrerouting, hook: nat("prerouting", -105), rules: [jump] },
      { name: names.natOutput, hook: nat("output", -105), rules: [jump] },
    );
  }
  const leaving = [
    ...floating.map(toItself),
    ...natOutgoing("ipv4", sets, options),
    ...natOutgoing("ipv6", sets, options),
  ];
  // After kube-proxy's, so that its own mark is cleared before the packet gets another header.
  if (leaving.length > 0) chains.push({ name: names.natPostrouting, hook: nat("postrouting", 110), rules: leaving });
  return chains;
}

function nat(point: "prerouting" | "output" | "postrouting", priority: number) {
  return { type: "nat", point, priority, policy: "accept" } as const;
}

function toEndpoint({ external, internal, endpoint }: OwnedFloatingAddress): Rule {
  const asked: Expression = { kind: "address", field: "daddr", prefix: hostPrefix(external) };
  return { expressions: [asked, COUNT, { kind: "dnat", to: internal }], name: `floating address of ${endpoint}` };
}

function toItself({ external, internal, endpoint }: OwnedFloatingAddress): Rule {
  const prefix = hostPrefix(internal);
  const asked = (["saddr", "daddr"] as const).map((field): Expression => ({ kind: "address", field, prefix }));
  return {
    expressions: [...asked, COUNT, { kind: "snat", to: external }],
    name: `${endpoint} by its own floating address`,
  };
}

function natOutgoing(family: Family, sets: FixedSets, options: FirewallOptions): Rule[] {
  const [from, pools, hosts] = [MASQUERADE_POOLS, ALL_POOLS, ALL_HOSTS].map((id) => sets.nameOf(id, family));
  if (!from) return [];
  const { natInterfaces } = options;
  const [saddr, daddr] =
    family === "ipv4" ? (["ip saddr", "ip daddr"] as const) : (["ip6 saddr", "ip6 daddr"] as const);
  const asked: Expression[] = [{ kind: "lookup", key: [saddr], set: from }];
  for (const set of [pools, options.natExclusions === "IPPoolsAndHostIPs" && hosts])
    if (set) asked.push({ kind: "lookup", key: [daddr], set, not: true });
  if (natInterfaces) asked.push({ kind: "interface", field: "oifname", name: natInterfaces.replace(/\+$/, "*") });
  return ways(options).map((way) => ({
    expressions: [...asked, ...way, COUNT, translation(family, options, way.length > 0)],
    name: "natOutgoing",
  }));
}

/** With ports of their own choice, protocols that have ports are told so first; everything else is translated without. */
function ways({ natPorts }: FirewallOptions): Expression[][] {
  if (!natPorts) return [[]];
  return [[{ kind: "l4proto", protocol: 6 }], [{ kind: "l4proto", protocol: 17 }], []];
}

function translation(family: Family, { natOutgoing: to, natPorts }: FirewallOptions, hasPorts: boolean): Expression {
  const ports = hasPorts && natPorts ? { ports: natPorts } : {};
  const how = { ...ports, fullyRandom: true } as const;
  return to?.family === family ? { kind: "snat", to, ...how } : { kind: "masquerade", ...how };
}
