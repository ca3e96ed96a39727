import type { NamedSet } from "../../../kernel/nftables/set.ts";
import type { Chain, ChainId } from "../../../policy/chain.ts";
import type { Match, SideMatch } from "../../../policy/rule.ts";
import type { SetId } from "../../../policy/set.ts";
import type { FirewallOptions } from "../options.ts";
import { denialAt } from "./deny.ts";
import { ListHolders } from "./list-holders.ts";
import type { SetNames } from "./list-sets.ts";
import { lowerChain } from "./lower-chain.ts";
import { policyChain, quietChain } from "./names.ts";
import type { Ruleset } from "./ruleset.ts";

/** Keeps the chains of policies and profiles, each lowered anew when it changes, or when a set that it looks into changes its kind. */
export class PolicyChains {
  readonly #ruleset: Ruleset;
  readonly #members: SetNames["members"];
  /** By the names of chains: rules that no packet can meet as things are. */
  readonly #idle = new Map<string, readonly string[]>();
  readonly #lists: ListHolders;
  readonly #chains = new Map<ChainId, Chain>();
  /** Under which names they have been handed on. */
  readonly #names = new Map<ChainId, readonly string[]>();
  /** Which chains look into a set. */
  readonly #users = new Map<SetId, Set<ChainId>>();
  readonly #stale = new Set<ChainId>();
  #options: FirewallOptions;
  #quiet = false;
  #isReceivedAsked = false;

  constructor(ruleset: Ruleset, members: SetNames["members"], options: FirewallOptions) {
    this.#ruleset = ruleset;
    this.#members = members;
    this.#lists = new ListHolders(ruleset);
    this.#options = options;
  }

  /** The chain says this now, or is gone. */
  set(id: ChainId, chain: Chain | undefined): void {
    this.#noteUses(id, chain);
    if (chain) {
      this.#stale.add(id);
      return;
    }
    this.#stale.delete(id);
    this.#chains.delete(id);
    this.#name(id, []);
  }

  /** The set has another name now, or none. */
  setChanged(set: SetId): void {
    for (const id of this.#users.get(set) ?? []) this.#stale.add(id);
  }

  /** Everything is to be said anew. */
  setOptions(options: FirewallOptions): void {
    this.#options = options;
    for (const id of this.#chains.keys()) this.#stale.add(id);
  }

  /** Whether there must be copies, for what this node sends, by which nothing is rejected. */
  needQuiet(quiet: boolean): void {
    if (quiet === this.#quiet) return;
    for (const [id, chain] of this.#chains) if (hasCopy(chain)) this.#stale.add(id);
    this.#quiet = quiet;
  }

  /** Whether others are asked about what workloads' policies let them receive. */
  askReceived(isAsked: boolean): void {
    if (isAsked === this.#isReceivedAsked) return;
    for (const [id, chain] of this.#chains) if (isReceivers(chain)) this.#stale.add(id);
    this.#isReceivedAsked = isAsked;
  }

  /** Names of the rules that no packet can meet as things are. */
  *idle(): Generator<string> {
    for (const rules of this.#idle.values()) yield* rules;
  }

  /** Hands on what has become stale. */
  flush(): void {
    for (const id of [...this.#stale].sort()) this.#lower(this.#chains.get(id)!);
    this.#stale.clear();
  }

  #noteUses(id: ChainId, chain: Chain | undefined): void {
    for (const set of setsOf(this.#chains.get(id))) {
      const users = this.#users.get(set);
      users?.delete(id);
      if (users?.size === 0) this.#users.delete(set);
    }
    if (chain) this.#chains.set(id, chain);
    for (const set of setsOf(chain)) {
      const users = this.#users.get(set);
      if (users) users.add(id);
      else this.#users.set(set, new Set([id]));
    }
  }

  /** The chain has these names now; those it had beside them go. */
  #name(id: ChainId, names: readonly string[]): void {
    for (const name of this.#names.get(id) ?? []) {
      if (names.includes(name)) continue;
      this.#ruleset.unwantChain(name);
      this.#idle.delete(name);
      this.#lists.hold(name, new Map());
    }
    if (names.length > 0) this.#names.set(id, names);
    else this.#names.delete(id);
  }

  #lower(chain: Chain): void {
    const { id } = chain;
    const names = this.#quiet && hasCopy(chain) ? [policyChain(id), quietChain(id)] : [policyChain(id)];
    this.#name(id, names);
    for (const [n, name] of names.entries()) {
      const lists = new Map<string, NamedSet>();
      const deny = n > 0 ? "drop" : denialAt(chain.stage, this.#options);
      const verdicts = { deny, isReceivedAsked: this.#isReceivedAsked } as const;
      const { chain: lowered, idle } = lowerChain(chain, name, this.#options, verdicts, {
        need: (set) => {
          lists.set(set.name, set);
          return set.name;
        },
        members: this.#members,
      });
      this.#lists.hold(name, lists);
      if (idle.length > 0) this.#idle.set(name, idle);
      else this.#idle.delete(name);
      this.#ruleset.wantChain(lowered);
    }
  }
}

function hasCopy({ stage, direction }: Chain): boolean {
  return stage === "normal" && direction === "egress";
}

function isReceivers({ stage, direction }: Chain): boolean {
  return stage === "normal" && direction === "ingress";
}

/** The sets that a chain looks into. */
function setsOf(chain: Chain | undefined): Set<SetId> {
  const sides = (match: Match): (SideMatch | undefined)[] => [match.source, match.destination];
  const ids = (side: SideMatch | undefined) =>
    [side?.inSets, side?.notInSets, side?.namedPorts, side?.notNamedPorts, side?.inPortSets].flatMap(
      (list) => list ?? [],
    );
  return new Set((chain?.rules ?? []).flatMap(({ match }) => sides(match).flatMap(ids)));
}
