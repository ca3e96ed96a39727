import type { Hook, RuleText } from "../../../kernel/iptables/table.ts";
import { formatAddress } from "../../../net/address-text.ts";
import type { Family } from "../../../net/family.ts";
import { ALL_HOSTS, ALL_POOLS, MASQUERADE_POOLS } from "../../../policy/set.ts";
import type { FirewallOptions } from "../options.ts";
import type { BaseTable, Needs, OwnedFloatingAddress } from "./base-chains.ts";
import { ipsetName, names } from "./names.ts";
import { comment, rule } from "./rule-text.ts";

/** Floating addresses become workloads' own on their way in; what leaves the pools leaves under the node's address. */
export function natTable(family: Family, needs: Needs, options: FirewallOptions): BaseTable {
  const chains = new Map<string, RuleText[]>();
  const hooks: Hook[] = [];
  const { floating } = needs;
  const after: RuleText[] = [];
  if (floating.length > 0) {
    for (const [chain, ours] of [
      ["PREROUTING", names.prerouting],
      ["OUTPUT", names.output],
    ] as const) {
      chains.set(ours, [`-j ${names.floatingDnat}`]);
      hooks.push({ chain, rule: `-j ${ours}`, place: "first" });
    }
    chains.set(names.floatingDnat, floating.map(toEndpoint));
    chains.set(names.floatingSnat, floating.map(toItself));
    after.push(`-j ${names.floatingSnat}`);
  }
  if (needs.knows(MASQUERADE_POOLS) && needs.knows(ALL_POOLS)) {
    chains.set(names.natOutgoing, natOutgoingRules(family, needs, options));
    after.push(`-j ${names.natOutgoing}`);
  }
  if (after.length > 0) {
    chains.set(names.postrouting, after);
    // After kube-proxy's, so that its own mark is cleared before the packet gets another header.
    hooks.push({ chain: "POSTROUTING", rule: `-j ${names.postrouting}`, place: "last" });
  }
  return { chains, hooks };
}

function toEndpoint({ external, internal, endpoint }: OwnedFloatingAddress): RuleText {
  const name = comment(`floating address of ${endpoint}`);
  return rule(`-d ${formatAddress(external)}`, name, `-j DNAT --to-destination ${formatAddress(internal)}`);
}

/** A workload that calls itself by its floating address must see the answer come from there. */
function toItself({ external, internal, endpoint }: OwnedFloatingAddress): RuleText {
  const [own, seen] = [formatAddress(internal), formatAddress(external)];
  return rule(`-s ${own} -d ${own}`, comment(`${endpoint} by its own floating address`), `-j SNAT --to-source ${seen}`);
}

function natOutgoingRules(family: Family, needs: Needs, options: FirewallOptions): RuleText[] {
  const { natOutgoing, natPorts, natInterfaces, natExclusions } = options;
  const fixed = natOutgoing?.family === family ? formatAddress(natOutgoing) : undefined;
  const isSpared = natExclusions === "IPPoolsAndHostIPs" && needs.knows(ALL_HOSTS);
  const when = rule(
    natInterfaces && `-o ${natInterfaces}`,
    `-m set --match-set ${ipsetName(MASQUERADE_POOLS, family)} src`,
    `-m set ! --match-set ${ipsetName(ALL_POOLS, family)} dst`,
    isSpared ? `-m set ! --match-set ${ipsetName(ALL_HOSTS, family)} dst` : "",
  );
  const to = (ports: string) => {
    if (fixed === undefined) return rule("-j MASQUERADE", ports && `--to-ports ${ports}`, "--random-fully");
    const address = ports && family === "ipv6" ? `[${fixed}]` : fixed;
    return `-j SNAT --to-source ${address}${ports && `:${ports}`} --random-fully`;
  };
  const name = comment("natOutgoing");
  const ranged = natPorts
    ? ["tcp", "udp"].map((l4) => rule(`-p ${l4}`, when, name, to(`${natPorts.from}-${natPorts.to}`)))
    : [];
  return [...ranged, rule(when, name, to(""))];
}
