import type { Ipsets } from "../../../kernel/ipset/set.ts";
import type { TableName, Tables } from "../../../kernel/iptables/table.ts";
import type { Family } from "../../../net/family.ts";
import type { PolicyOutput } from "../../../policy/output.ts";
import type { SetId } from "../../../policy/set.ts";
import type { FirewallOptions } from "../options.ts";
import { type BaseTable, baseTables } from "./base-chains.ts";
import { HostChains } from "./host-chains.ts";
import { ListSets } from "./list-sets.ts";
import { MemberSets } from "./member-sets.ts";
import { PolicyChains } from "./policy-chains.ts";
import { SizedIpsets } from "./sized-ipsets.ts";
import { ChainGroup, WantedChains } from "./wanted-chains.ts";
import { WorkloadChains } from "./workload-chains.ts";

/**
 * Lowers what the policy graph puts out to one family's iptables and ipsets, as it changes: a changed policy is one chain written
 * anew, a set's members no chain at all, an endpoint its own chains and its place in the dispatch trees. What it makes both want
 * depends on the policy's state alone. After `apply` it is for the caller to make the kernel follow.
 */
export class IptablesLowering {
  readonly #family: Family;
  #options: FirewallOptions;
  readonly #ipsets: SizedIpsets;
  readonly #sets: MemberSets;
  readonly #wanted: WantedChains;
  readonly #lists: ListSets;
  readonly #policies: PolicyChains;
  readonly #workloads: WorkloadChains;
  readonly #hosts: HostChains;
  readonly #base: { readonly table: TableName; readonly group: ChainGroup }[];

  /** Wants the chains that are always there. Until the first output every workload is unknown: dropped. */
  constructor(tables: Tables, ipsets: Ipsets, family: Family, options: FirewallOptions) {
    this.#family = family;
    this.#options = options;
    this.#wanted = new WantedChains(tables);
    this.#ipsets = new SizedIpsets(ipsets, options.maxMembers);
    this.#sets = new MemberSets(this.#ipsets, family);
    this.#lists = new ListSets(this.#ipsets, family);
    this.#policies = new PolicyChains(this.#wanted, this.#lists, family);
    this.#workloads = new WorkloadChains(this.#wanted, this.#ipsets, family);
    this.#hosts = new HostChains(this.#wanted);
    this.#base = (["raw", "mangle", "nat", "filter"] as const).map((table) => ({
      table,
      group: new ChainGroup(this.#wanted, table),
    }));
    this.#workloads.dispatch(options);
    this.#setBase();
  }

  /** How much is wanted, of each table, and how many sets. */
  get size(): { readonly tables: WantedChains["sizes"]; readonly sets: number } {
    return { tables: this.#wanted.sizes, sets: this.#sets.size + this.#lists.size + 1 };
  }

  apply(output: PolicyOutput): void {
    const options = this.#options;
    for (const change of output.sets) {
      if (change.kind === "set") this.#sets.set(change.value);
      else this.#sets.delete(change.key);
    }
    for (const [id, delta] of output.members) this.#sets.change(id, delta);
    this.#policies.setHasMembers(this.#sets.hasMembers, options);
    for (const change of output.chains) if (change.kind === "set") this.#policies.set(change.value, options);
    for (const { key, ...change } of output.endpoints)
      this.#workloads.set(key, change.kind === "set" ? change.value : undefined, options);
    if (output.endpoints.length > 0) this.#workloads.dispatch(options);
    for (const { key, ...change } of output.hosts)
      this.#hosts.set(key, change.kind === "set" ? change.value : undefined, options);
    if (output.hosts.length > 0) this.#dispatchHosts();
    for (const change of output.chains) if (change.kind === "delete") this.#policies.delete(change.key);
    this.#setBase();
  }

  /** What is wanted from now on is what these options make of the policy. */
  setOptions(options: FirewallOptions): void {
    this.#options = options;
    this.#ipsets.resize(options.maxMembers);
    this.#policies.renew(options);
    this.#workloads.renew(options);
    this.#hosts.renew(options);
    this.#dispatchHosts();
    this.#setBase();
  }

  #dispatchHosts(): void {
    this.#hosts.dispatch(this.#options);
    this.#policies.askAfterNat(this.#hosts.gates(), this.#options);
    this.#policies.askReceived(this.#hosts.othersAsk("forward", "egress"), this.#options);
  }

  #setBase(): void {
    const needs = {
      asks: this.#hosts.asks.bind(this.#hosts),
      othersAsk: this.#hosts.othersAsk.bind(this.#hosts),
      knows: (id: SetId) => this.#sets.has(id),
      isLimited: this.#workloads.isLimited,
      floating: this.#workloads.floating(this.#options),
    };
    const tables: ReadonlyMap<TableName, BaseTable> = baseTables(this.#family, needs, this.#options);
    for (const { table, group } of this.#base) {
      const { chains, hooks } = tables.get(table)!;
      group.set(chains);
      this.#wanted.hook(table, hooks);
    }
  }
}
