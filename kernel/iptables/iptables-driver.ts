import type { Clock } from "../../lib/clock.ts";
import type { Tell } from "../../lib/fact.ts";
import type { IptablesFact } from "./fact.ts";
import type { Count, IptablesPort } from "./port.ts";
import type { Hook, RuleText, TableName, Tables } from "./table.ts";

/** What a driver works with. */
export interface IptablesDriverOptions {
  readonly port: IptablesPort;
  readonly clock: Clock;
  readonly tell: Tell<IptablesFact>;
}

/**
 * Keeps one family's tables of one variant as they are wanted: `want…` and `unwant…` say what should be there; `apply` makes it so,
 * one transaction a table with only what differs. What a foreign hand changes is put back. Nothing that is not wanted goes before
 * `allowDeletes`.
 */
export class IptablesDriver implements Tables {
  constructor(_options: IptablesDriverOptions) {}

  /** This chain should be there, with exactly these rules. @throws InvalidTable */
  wantChain(_table: TableName, _chain: string, _rules: readonly RuleText[]): void {}

  /** No chain of this name should be there. */
  unwantChain(_table: TableName, _chain: string): void {}

  /** Our rules in the kernel's own chains of the table: all of them. @throws InvalidTable */
  wantHooks(_table: TableName, _hooks: readonly Hook[]): void {}

  /** From now on what is ours and not wanted goes. Before, what an earlier process left only grows and is corrected. */
  allowDeletes(): void {}

  /** Makes the kernel hold what is wanted. Resolves once it holds all that was wanted at the call, also after retries. */
  async apply(): Promise<void> {}

  /** Packets and octets by rule name (its comment), summed over the rules that bear it. @throws KernelError */
  async counters(): Promise<ReadonlyMap<string, Count>> {
    return new Map();
  }

  /** Looks at the kernel at once, and puts right what differs. */
  async recheck(): Promise<void> {}

  /** Takes everything of ours out of all tables, the hooks first, and stops. */
  async removeAll(): Promise<void> {}

  /** Stops; the kernel keeps what it has. The port stays open. */
  close(): void {}
}
