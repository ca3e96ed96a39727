import { type ChainContent, editChain, emptyChain } from "./chain-edit.ts";
import {
  isInPlace,
  noHooks,
  type PlacedRule,
  placedRule,
  placeHooks,
  type WantedHooks,
  wantedHooks,
} from "./hook-place.ts";
import { hookChains, type SavedTable } from "./port.ts";
import { checkChain, checkRule, commentMatch, identityOf, ourPrefix } from "./stamp.ts";
import type { Hook, HookChain, RuleText, TableName } from "./table.ts";

/** The smallest step that can be written by itself: a chain's content, our rules in a chain of the kernel's, a chain's end. */
export interface Unit {
  readonly kind: "chain" | "hooks" | "delete";
  readonly chain: string;
}

/** Lines for one transaction, and what to note once it has happened. */
export interface Plan {
  readonly lines: readonly string[];
  committed(): void;
}

/** One table: what is wanted of it, what the kernel holds of ours, and the steps from the one to the other. */
export class TableDelta {
  readonly name: TableName;
  readonly #wanted = new Map<string, ChainContent>();
  readonly #hooks = new Map<HookChain, WantedHooks>();
  #held = new Map<string, readonly string[]>();
  #heldHooks = new Map<HookChain, readonly PlacedRule[]>();
  readonly #dirty = new Set<string>();
  /** Chains that cannot be written as wanted, and what stands there instead. */
  readonly #blamed = new Map<string, ChainContent>();
  /** Units that cannot be written at all, by kind and chain. */
  readonly #blocked = new Set<string>();
  /** What we hold was read, or follows from what was read and what the kernel then took. */
  sure = false;
  #wishes = 0;

  constructor(name: TableName) {
    this.name = name;
  }

  /** @throws InvalidTable */
  wantChain(chain: string, rules: readonly RuleText[]): void {
    checkChain(chain);
    for (const rule of rules) checkRule(chain, rule);
    this.#wishes++;
    this.#wanted.set(chain, { rules, identities: rules.map((rule) => identityOf(rule)) });
    this.#blamed.delete(chain);
    this.#blocked.delete(`chain ${chain}`);
    this.#compare(chain);
  }

  unwantChain(chain: string): void {
    this.#wishes++;
    this.#wanted.delete(chain);
    this.#blamed.delete(chain);
    this.#blocked.delete(`delete ${chain}`);
    this.#compare(chain);
  }

  /** @throws InvalidTable */
  wantHooks(hooks: readonly Hook[]): void {
    for (const { chain, rule } of hooks) checkRule(chain, rule);
    this.#wishes++;
    this.#hooks.clear();
    for (const chain of hookChains[this.name]) {
      const here = hooks.filter((hook) => hook.chain === chain);
      if (here.length > 0) this.#hooks.set(chain, wantedHooks(here));
      this.#blocked.delete(`hooks ${chain}`);
    }
  }

  /** Changes with every wish: what was planned before may be another's plan by then. */
  get wishes(): number {
    return this.#wishes;
  }

  /** Whether anything is wanted in this table. */
  get isUsed(): boolean {
    return this.#wanted.size > 0 || this.#hooks.size > 0;
  }

  /** How many chains of ours the kernel holds, and how many rules are in them. */
  get heldSize(): { readonly chains: number; readonly rules: number } {
    let rules = 0;
    for (const identities of this.#held.values()) rules += identities.length;
    return { chains: this.#held.size, rules };
  }

  /** Whether something else stands in the chain than what is wanted, since that was refused. */
  isBlamed(chain: string): boolean {
    return this.#blamed.has(chain);
  }

  /**
   * The kernel was found to hold this. Answers what somebody else has done since we knew it for sure, or undefined when nothing or
   * when we did not know.
   */
  saw(table: SavedTable): string | undefined {
    const held = new Map<string, readonly string[]>();
    const hooks = new Map<HookChain, readonly PlacedRule[]>();
    for (const [chain, rules] of table) {
      if (chain.startsWith(ourPrefix))
        held.set(
          chain,
          rules.map(({ identity }) => identity),
        );
    }
    for (const chain of hookChains[this.name]) hooks.set(chain, (table.get(chain) ?? []).map(placedRule));
    const disturbance = this.sure ? this.#disturbance(held, hooks) : undefined;
    const names = new Set([...this.#held.keys(), ...held.keys(), ...this.#wanted.keys()]);
    this.#held = held;
    this.#heldHooks = hooks;
    this.sure = true;
    for (const name of names) this.#compare(name);
    return disturbance;
  }

  /** From here every chain is written whole, as if nothing of what is in it were known. */
  forgetContents(): void {
    for (const chain of this.#held.keys()) {
      if (!this.#wanted.has(chain)) continue;
      this.#held.set(chain, ["?"]);
      this.#compare(chain);
    }
  }

  /** What is to be written, chains that are new first, since no packet meets them yet, then hooks. */
  writes(deletes: boolean): readonly Unit[] {
    const units: Unit[] = [];
    for (const chain of this.#dirty) if (this.#wanted.has(chain)) units.push({ kind: "chain", chain });
    units.sort((x, y) => Number(this.#held.has(x.chain)) - Number(this.#held.has(y.chain)));
    for (const chain of hookChains[this.name]) {
      if (!isInPlace(this.#heldHooks.get(chain) ?? [], this.#hooks.get(chain) ?? noHooks, deletes)) {
        units.push({ kind: "hooks", chain });
      }
    }
    return units.filter((unit) => !this.#blocked.has(key(unit)));
  }

  /** Chains of ours that nobody wants. */
  deletions(): readonly Unit[] {
    const units: Unit[] = [];
    for (const chain of this.#dirty) if (!this.#wanted.has(chain)) units.push({ kind: "delete", chain });
    return units.filter((unit) => !this.#blocked.has(key(unit)));
  }

  /** The new chains among these units, each empty: what others may lead to from then on. */
  declareNew(units: readonly Unit[]): Plan {
    const chains = units.filter(({ kind, chain }) => kind === "chain" && !this.#held.has(chain));
    return {
      lines: chains.map(({ chain }) => declaration(chain)),
      committed: () => {
        for (const { chain } of chains) this.#became(chain, []);
      },
    };
  }

  /** The lines of these units, in an order in which each finds what it leads to. */
  plan(units: readonly Unit[], deletes: boolean): Plan {
    const declarations: string[] = [];
    const rules: string[] = [];
    const ends: string[] = [];
    const done: (() => void)[] = [];
    for (const { kind, chain } of units) {
      if (kind === "chain") {
        const content = this.#effective(chain);
        const { declare, lines } = editChain(chain, this.#held.get(chain), content);
        if (declare) declarations.push(declaration(chain));
        for (const line of lines) rules.push(line);
        done.push(() => this.#became(chain, content.identities));
      } else if (kind === "delete") {
        declarations.push(declaration(chain));
        ends.push(`-X ${chain}`);
        done.push(() => this.#became(chain, undefined));
      } else {
        const hook = chain as HookChain;
        const placed = placeHooks(hook, this.#heldHooks.get(hook) ?? [], this.#hooks.get(hook) ?? noHooks, deletes);
        for (const line of placed.lines) rules.push(line);
        done.push(() => this.#heldHooks.set(hook, placed.held));
      }
    }
    const committed = (): void => {
      for (const note of done) note();
    };
    return { lines: [...declarations, ...rules, ...ends], committed };
  }

  /**
   * The unit was refused by itself. A chain gets one rule that drops everything and says why (in nat, where nothing may be dropped, none);
   * when that is refused too, and of what is no chain, nothing is tried before `forgive`. Answers whether it had not been blamed yet.
   */
  blame(unit: Unit, why: string): boolean {
    const { kind, chain } = unit;
    const before = this.#blamed.has(chain) || this.#blocked.has(key(unit));
    if (kind === "chain" && !this.#blamed.has(chain)) {
      const rules = this.name === "nat" ? [] : [`${commentMatch(`cannot be written: ${why}`)} -j DROP`];
      this.#blamed.set(chain, { rules, identities: rules.map((rule) => identityOf(rule)) });
      this.#compare(chain);
    } else this.#blocked.add(key(unit));
    return !before;
  }

  /** What was refused may be tried again. Answers whether anything was. */
  forgive(): boolean {
    const chains = [...this.#blamed.keys()];
    const any = chains.length > 0 || this.#blocked.size > 0;
    this.#blamed.clear();
    this.#blocked.clear();
    for (const chain of chains) this.#compare(chain);
    return any;
  }

  /** The kernel holds this chain so now; wishes may have changed meanwhile. */
  #became(chain: string, identities: readonly string[] | undefined): void {
    if (identities) this.#held.set(chain, identities);
    else this.#held.delete(chain);
    this.#compare(chain);
  }

  #effective(chain: string): ChainContent {
    return this.#blamed.get(chain) ?? this.#wanted.get(chain) ?? emptyChain;
  }

  #compare(chain: string): void {
    const held = this.#held.get(chain);
    const same = this.#wanted.has(chain)
      ? held !== undefined && sameList(held, this.#effective(chain).identities)
      : held === undefined;
    if (same) this.#dirty.delete(chain);
    else this.#dirty.add(chain);
  }

  #disturbance(
    held: ReadonlyMap<string, readonly string[]>,
    hooks: ReadonlyMap<HookChain, readonly PlacedRule[]>,
  ): string | undefined {
    for (const [chain, before] of this.#held) {
      const now = held.get(chain);
      if (!now) return `chain ${chain} is gone`;
      if (!sameList(before, now)) return `the rules of chain ${chain} are others`;
    }
    for (const chain of held.keys()) if (!this.#held.has(chain)) return `chain ${chain} is new`;
    for (const [chain, wanted] of this.#hooks) {
      const before = isInPlace(this.#heldHooks.get(chain) ?? [], wanted, false);
      if (before && !isInPlace(hooks.get(chain) ?? [], wanted, false))
        return `our rules in ${chain} are not in their place`;
    }
    return undefined;
  }
}

function key({ kind, chain }: Unit): string {
  return `${kind} ${chain}`;
}

function declaration(chain: string): string {
  return `:${chain} - [0:0]`;
}

function sameList(x: readonly string[], y: readonly string[]): boolean {
  return x.length === y.length && x.every((each, i) => each === y[i]);
}
