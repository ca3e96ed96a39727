import type { Hook, RuleText, TableName, Tables } from "../../../../kernel/iptables/table.ts";
import { invariant } from "../../../../lib/error.ts";

/** One family's tables in memory; stricter than a driver in one thing: what is taken away must have been there. */
export class RecordedTables implements Tables {
  /** By table, then by chain. */
  readonly chains = new Map<TableName, Map<string, readonly RuleText[]>>();
  readonly hooks = new Map<TableName, readonly Hook[]>();
  /** How many rules were written, those of chains that were there before too. */
  written = 0;

  wantChain(table: TableName, chain: string, rules: readonly RuleText[]): void {
    const chains = this.chains.get(table) ?? new Map<string, readonly RuleText[]>();
    this.chains.set(table, chains.set(chain, rules));
    this.written += rules.length;
  }

  unwantChain(table: TableName, chain: string): void {
    invariant(this.chains.get(table)?.delete(chain), `chain ${chain} was taken from ${table} but not there`);
    if (this.chains.get(table)!.size === 0) this.chains.delete(table);
  }

  wantHooks(table: TableName, hooks: readonly Hook[]): void {
    if (hooks.length > 0) this.hooks.set(table, hooks);
    else this.hooks.delete(table);
  }
}
