import type { Hook, RuleText, TableName, Tables } from "../../../kernel/iptables/table.ts";

/** Keeps what is wanted of tables from them until it is released: until the sets that the rules look into are there. */
export class DeferredTables implements Tables {
  readonly #tables: Tables;
  #calls: (() => void)[] = [];

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  wantChain(table: TableName, chain: string, rules: readonly RuleText[]): void {
    this.#calls.push(() => this.#tables.wantChain(table, chain, rules));
  }

  unwantChain(table: TableName, chain: string): void {
    this.#calls.push(() => this.#tables.unwantChain(table, chain));
  }

  wantHooks(table: TableName, hooks: readonly Hook[]): void {
    this.#calls.push(() => this.#tables.wantHooks(table, hooks));
  }

  /** The tables hear of everything so far, in its order; answers how much it was. */
  release(): number {
    const calls = this.#calls;
    this.#calls = [];
    for (const call of calls) call();
    return calls.length;
  }
}
