import type { IpsetMember } from "../../../kernel/ipset/set.ts";
import type { Family } from "../../../net/family.ts";
import type { Chain, ChainId, HostGates } from "../../../policy/chain.ts";
import type { SetId } from "../../../policy/set.ts";
import type { FirewallOptions } from "../options.ts";
import type { ListSets } from "./list-sets.ts";
import { policyChain, tableOf } from "./names.ts";
import { policyChainRules } from "./policy-chain.ts";
import type { FamilySets } from "./render-match.ts";
import type { WantedChains } from "./wanted-chains.ts";

/**
 * Keeps the chains of policies and profiles, each in the table of its stage. What host endpoints ask of packets that the node sends
 * is in `mangle` too, where those are asked whose destination was translated.
 */
export class PolicyChains {
  readonly #chains = new Map<ChainId, Chain>();
  readonly #wanted: WantedChains;
  readonly #lists: ListSets;
  readonly #family: Family;
  #askedAfterNat: ReadonlySet<ChainId> = new Set();
  #hasMembers = false;
  #isReceivedAsked = false;

  constructor(wanted: WantedChains, lists: ListSets, family: Family) {
    this.#wanted = wanted;
    this.#lists = lists;
    this.#family = family;
  }

  set(chain: Chain, options: FirewallOptions): void {
    this.#chains.set(chain.id, chain);
    const lists = new Map<SetId, readonly IpsetMember[]>();
    const need = (id: SetId, members: readonly IpsetMember[]) => void lists.set(id, members);
    const table = tableOf(chain);
    const name = policyChain(chain.id);
    this.#wanted.set(table, name, policyChainRules(chain, table, options, this.#sets(need), this.#isReceivedAsked));
    this.#lists.hold(chain.id, lists);
    if (this.#askedAfterNat.has(chain.id)) this.#setAfterNat(chain, options);
  }

  delete(id: ChainId): void {
    this.#wanted.drop(tableOf(this.#chains.get(id)!), policyChain(id));
    if (this.#askedAfterNat.has(id)) this.#wanted.drop("mangle", policyChain(id));
    this.#lists.hold(id, new Map());
    this.#chains.delete(id);
  }

  /**
   * Whether any set has a member of the family. Where a cluster has one family only, the other's chains hold no rule about sets, and a
   * policy that changes is written once instead of twice.
   */
  setHasMembers(has: boolean, options: FirewallOptions): void {
    if (this.#hasMembers === has) return;
    this.#hasMembers = has;
    this.renew(options);
  }

  /** Whether the host endpoint `*` is asked about what workloads' policies let them receive. */
  askReceived(isAsked: boolean, options: FirewallOptions): void {
    if (this.#isReceivedAsked === isAsked) return;
    this.#isReceivedAsked = isAsked;
    for (const chain of this.#chains.values())
      if (chain.stage === "normal" && chain.direction === "ingress") this.set(chain, options);
  }

  /** All of them anew, as other options have it. */
  renew(options: FirewallOptions): void {
    for (const chain of this.#chains.values()) this.set(chain, options);
  }

  /** Which chains the host endpoints of this node ask about what the node sends. */
  askAfterNat(hosts: Iterable<HostGates>, options: FirewallOptions): void {
    const asked = new Set<ChainId>();
    for (const { stages } of hosts) {
      const { tiers, profiles } = stages.normal.egress;
      for (const { chains } of tiers) for (const id of chains) asked.add(id);
      for (const id of profiles) asked.add(id);
    }
    const before = this.#askedAfterNat;
    this.#askedAfterNat = asked;
    for (const id of asked) if (!before.has(id)) this.#setAfterNat(this.#chains.get(id)!, options);
    for (const id of before) if (!asked.has(id)) this.#wanted.drop("mangle", policyChain(id));
  }

  #sets(need: FamilySets["need"]): FamilySets {
    return { family: this.#family, hasMembers: this.#hasMembers, need };
  }

  #setAfterNat(chain: Chain, options: FirewallOptions): void {
    const rules = policyChainRules(
      chain,
      "mangle",
      options,
      this.#sets(() => {}),
    );
    this.#wanted.set("mangle", policyChain(chain.id), rules);
  }
}
