import type { Hook, RuleText, TableName, Tables } from "../../../kernel/iptables/table.ts";

/** What is wanted of the tables, so that only what differs is asked of them again. */
export class WantedChains {
  readonly #tables: Tables;
  readonly #chains = new Map<TableName, Map<string, readonly RuleText[]>>();
  readonly #hooks = new Map<TableName, string>();

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  /** The chain should have exactly these rules. */
  set(table: TableName, chain: string, rules: readonly RuleText[]): void {
    const chains = this.#chains.get(table) ?? new Map<string, readonly RuleText[]>();
    this.#chains.set(table, chains);
    const before = chains.get(chain);
    if (before?.length === rules.length && before.every((text, at) => text === rules[at])) return;
    chains.set(chain, rules);
    this.#tables.wantChain(table, chain, rules);
  }

  /** The chain, if it is wanted at all, is so no more. */
  drop(table: TableName, chain: string): void {
    if (this.#chains.get(table)?.delete(chain)) this.#tables.unwantChain(table, chain);
  }

  /** Our rules in the kernel's own chains of the table: all of them. */
  hook(table: TableName, hooks: readonly Hook[]): void {
    const text = JSON.stringify(hooks);
    if ((this.#hooks.get(table) ?? "[]") === text) return;
    this.#hooks.set(table, text);
    this.#tables.wantHooks(table, hooks);
  }

  /** How many chains, and rules in them, of each table that has any. */
  get sizes(): readonly { readonly table: TableName; readonly chains: number; readonly rules: number }[] {
    return [...this.#chains].map(([table, chains]) => {
      let rules = 0;
      for (const texts of chains.values()) rules += texts.length;
      return { table, chains: chains.size, rules };
    });
  }
}

/** Chains of one table that come and go together, as those of a tree do. */
export class ChainGroup {
  readonly #wanted: WantedChains;
  readonly #table: TableName;
  #names: ReadonlySet<string> = new Set();

  constructor(wanted: WantedChains, table: TableName) {
    this.#wanted = wanted;
    this.#table = table;
  }

  /** The group should be exactly these chains. */
  set(chains: ReadonlyMap<string, readonly RuleText[]>): void {
    for (const [name, rules] of chains) this.#wanted.set(this.#table, name, rules);
    for (const name of this.#names) if (!chains.has(name)) this.#wanted.drop(this.#table, name);
    this.#names = new Set(chains.keys());
  }
}
