import { Counter, type Registry } from "prom-client";
import type { DataplaneKind, DataplaneSize } from "../dataplane/dataplane.ts";
import { type CallName, callNames, type KernelCalls } from "../dataplane/kernel-calls.ts";
import type { PolicyHit } from "../policy-hits.ts";

/** What a series reads of a moment: one value, or one for each set of labels. */
export type Reading<View> = (
  view: View,
) => number | readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[];

/** Series by name: what they are, what they read, their labels. */
export type GaugeTable<View> = Readonly<
  Record<string, readonly [help: string, reading: Reading<View>, labelNames?: readonly string[]]>
>;

/** What of a moment this reads. */
interface FirewallView {
  readonly firewall: (DataplaneSize & { readonly kind: DataplaneKind }) | undefined;
  readonly hits: readonly PolicyHit[];
}

const nft =
  (what: "chains" | "rules" | "maps" | "sets"): Reading<FirewallView> =>
  ({ firewall }) =>
    firewall?.kind === "nftables" ? firewall[what] : 0;
const tables =
  (what: "chains" | "rules"): Reading<FirewallView> =>
  ({ firewall }) =>
    (firewall?.tables ?? []).map((size) => [
      { ip_version: size.family === "ipv4" ? "4" : "6", table: size.table },
      size[what],
    ]);
const tableLabels = ["ip_version", "table"];
const kinds: readonly DataplaneKind[] = ["nftables", "iptables-nft", "iptables-legacy"];

/** How much the firewall holds, in Felix's names; those of the firewall that is not in use are 0. */
export const firewallGauges: GaugeTable<FirewallView> = {
  felix_nft_chains: ["Number of active nftables chains.", nft("chains")],
  felix_nft_rules: ["Number of active nftables rules.", nft("rules")],
  felix_nft_maps: ["Number of active nftables maps.", nft("maps")],
  felix_nft_sets: ["Number of active nftables sets.", nft("sets")],
  felix_iptables_chains: ["Number of active iptables chains.", tables("chains"), tableLabels],
  felix_iptables_rules: ["Number of active iptables rules.", tables("rules"), tableLabels],
  felix_ipsets_total: [
    "Number of active IP sets.",
    ({ firewall }) => (firewall && firewall.kind !== "nftables" ? firewall.sets : 0),
  ],
  manx_firewall: [
    "1 for the firewall that is in use.",
    ({ firewall }) => (firewall ? kinds.map((kind) => [{ kind }, Number(kind === firewall.kind)] as const) : []),
    ["kind"],
  ],
  manx_policy_packets_total: [
    "Packets that rules of a policy met, by action; the 300 lines that were there or busiest first, the rest as other.",
    ({ hits }) =>
      hits.map(({ policy, direction, action, packets }) => [{ policy, direction, action }, packets] as const),
    ["policy", "direction", "action"],
  ],
};

const callHelp: Readonly<Record<CallName, string>> = {
  ipset_calls: "Number of batches of ipset changes.",
  ipset_lines_executed: "Number of ipset changes: members, and sets that came or went.",
  iptables_lines_executed: "Number of iptables rule updates executed.",
  iptables_restore_calls: "Number of iptables-restore transactions.",
  iptables_save_calls: "Number of looks at iptables' tables.",
  iptables_save_errors: "Number of looks at iptables' tables that failed.",
  nft_calls: "Number of nftables transactions.",
  nft_list_calls: "Number of looks at the nftables table.",
  nft_list_errors: "Number of looks at the nftables table that failed.",
};

/** Registers counters of what the firewall asked of the kernel, in Felix's names. */
export function registerKernelCalls(registry: Registry, calls: () => KernelCalls | undefined): void {
  for (const name of callNames) {
    new Counter({
      name: `felix_${name}`,
      help: callHelp[name],
      registers: [registry],
      collect() {
        this.reset();
        this.inc(calls()?.count(name) ?? 0);
      },
    });
  }
}

/** What the kernel refused or did not answer, in Felix's names, by the facts that tell of it. */
const errors: Readonly<Record<string, readonly [help: string, facts: readonly string[]]>> = {
  felix_nft_errors: ["Number of nftables transactions that failed.", ["nft.failed", "nft.refused"]],
  felix_iptables_restore_errors: [
    "Number of iptables-restore transactions that failed.",
    ["iptables.failed", "iptables.refused"],
  ],
  felix_ipset_errors: ["Number of ipset changes that failed.", ["ipset.failed", "ipset.refused", "ipset.full"]],
};

/** Registers counters of failures; the answer counts a fact by its name and says whether it was one. */
export function registerFirewallErrors(registry: Registry): (fact: string) => boolean {
  const byFact = new Map<string, Counter>();
  for (const [name, [help, facts]] of Object.entries(errors)) {
    const counter = new Counter({ name, help, registers: [registry] });
    for (const fact of facts) byFact.set(fact, counter);
  }
  return (fact) => {
    const counter = byFact.get(fact);
    counter?.inc();
    return counter !== undefined;
  };
}
