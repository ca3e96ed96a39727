import type { Chain } from "../../../kernel/nftables/chain.ts";
import type { Verdict } from "../../../kernel/nftables/expression.ts";
import type { VerdictMap } from "../../../kernel/nftables/map.ts";
import type { Rule } from "../../../kernel/nftables/rule.ts";
import type { HostGates } from "../../../policy/chain.ts";
import type { Direction, Stage } from "../../../policy/rule.ts";
import type { FirewallOptions } from "../options.ts";
import { denialAt } from "./deny.ts";
import { connectionRules } from "./endpoint-chain.ts";
import { failsafeChains } from "./failsafe-chains.ts";
import { gateRules } from "./gate-rules.ts";
import { anyAsksAt, asksAt, type Hosts, othersAskAt, stages } from "./host-gates.ts";
import { failsafeChain, hostChain, hostMap, policyChain, quietChain } from "./names.ts";

/** What this node sends and translates itself is asked about after NAT, where nothing can be rejected. */
export function needsQuiet(hosts: Hosts, { denyAction }: FirewallOptions): boolean {
  return denyAction === "Reject" && hosts.size > 0;
}

/** The chains of host endpoints, and the maps that lead to them: for each stage and direction where any of them asks anything. */
export function hostChains(hosts: Hosts, options: FirewallOptions): { chains: Chain[]; maps: VerdictMap[] } {
  const chains: Chain[] = [];
  const maps: VerdictMap[] = [];
  for (const stage of stages) {
    for (const direction of ["ingress", "egress"] as const) {
      if (!anyAsksAt(hosts, direction, stage)) continue;
      const failsafes = stage === "forward" ? [] : failsafeChains(direction, stage, options);
      chains.push(...failsafes);
      const variants =
        stage === "normal" && direction === "egress" && needsQuiet(hosts, options) ? ["", "/quiet"] : [""];
      for (const variant of variants) {
        const entries = new Map<string, Verdict>();
        for (const host of hosts.values()) {
          const asks = asksAt(host, direction, stage);
          if (asks) chains.push(hostGate(host, direction, stage, failsafes.length > 0, options, variant));
          const chain = hostChain(host.interfaceName, direction, stage, variant);
          // Of its own, it is not one of those that `*` stands for.
          if (host.interfaceName !== "*")
            entries.set(host.interfaceName, asks ? { kind: "goto", chain } : { kind: "return" });
        }
        maps.push({ name: hostMap(direction, stage, variant.replace("/", "-")), entries });
      }
    }
  }
  return { chains, maps };
}

/** The rules that lead a packet to its interface's host endpoint at a stage, or to the one of `*`; none when nobody asks. */
export function hostDispatchRules(hosts: Hosts, direction: Direction, stage: Stage, variant = ""): Rule[] {
  if (!anyAsksAt(hosts, direction, stage)) return [];
  const key = direction === "ingress" ? "iifname" : "oifname";
  const rules: Rule[] = [
    { expressions: [{ kind: "vmap", key, map: hostMap(direction, stage, variant.replace("/", "-")) }] },
  ];
  if (othersAskAt(hosts, direction, stage))
    rules.push({ expressions: [{ kind: "goto", chain: hostChain("*", direction, stage, variant) }] });
  return rules;
}

/** Failsafe ports come before anything else that policy could say; what conntrack knows goes first, where there is conntrack. */
function hostGate(
  host: HostGates,
  direction: Direction,
  stage: Stage,
  hasFailsafes: boolean,
  options: FirewallOptions,
  variant: string,
): Chain {
  const { interfaceName, endpoint } = host;
  const quiet = variant !== "";
  const how = quiet ? "drop" : denialAt(stage, options);
  const tracked = stage === "untracked" ? [] : connectionRules(stage === "forward" ? "return" : "accept", options, how);
  const failsafes: Rule[] = hasFailsafes
    ? [{ expressions: [{ kind: "jump", chain: failsafeChain(direction, stage) }] }]
    : [];
  const chainName = quiet ? quietChain : policyChain;
  const gate = gateRules({ gate: host.stages[stage][direction], direction, stage, endpoint, how, chainName }, options);
  return { name: hostChain(interfaceName, direction, stage, variant), rules: [...tracked, ...failsafes, ...gate] };
}
