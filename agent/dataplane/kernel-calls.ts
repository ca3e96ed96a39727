import type { IpsetOperation, IpsetPort } from "../../kernel/ipset/port.ts";
import type { IptablesPort } from "../../kernel/iptables/port.ts";
import type { NftablesPort } from "../../kernel/nftables/port.ts";

/** What of a firewall's talk with the kernel is counted, by Felix's words for it. */
export const callNames = [
  "ipset_calls",
  "ipset_lines_executed",
  "iptables_lines_executed",
  "iptables_restore_calls",
  "iptables_save_calls",
  "iptables_save_errors",
  "nft_calls",
  "nft_list_calls",
  "nft_list_errors",
] as const;

/** One of these. */
export type CallName = (typeof callNames)[number];

/** Counts what a firewall asks of the kernel and what it writes there, at the ports through which it does. */
export class KernelCalls {
  readonly #counts = new Map<CallName, number>();

  /** How often this has happened since the start. */
  count(name: CallName): number {
    return this.#counts.get(name) ?? 0;
  }

  /** The port, counted: transactions that were written, and looks at the table. */
  nftables(port: NftablesPort): NftablesPort {
    const look = <T>(answer: Promise<T>): Promise<T> => this.#look("nft_list_calls", "nft_list_errors", answer);
    return {
      commit: (operations, generation) => {
        this.#add("nft_calls", 1);
        return port.commit(operations, generation);
      },
      dump: () => look(port.dump()),
      rules: (chain) => look(port.rules(chain)),
      generation: () => port.generation(),
      watch: (heard) => port.watch(heard),
      close: () => port.close(),
    };
  }

  /** The port, counted: transactions and the lines in them, and looks at tables. */
  iptables(port: IptablesPort): IptablesPort {
    const look = <T>(answer: Promise<T>): Promise<T> =>
      this.#look("iptables_save_calls", "iptables_save_errors", answer);
    return {
      name: port.name,
      restore: (table, lines) => {
        this.#add("iptables_restore_calls", 1);
        this.#add("iptables_lines_executed", lines.length);
        return port.restore(table, lines);
      },
      save: (table) => look(port.save(table)),
      saveAll: () => look(port.saveAll()),
      watch: (tables, heard) => port.watch(tables, heard),
      close: () => port.close(),
    };
  }

  /** The port, counted: batches, and what would be lines of `ipset restore` in them: a member, a set that comes or goes. */
  ipsets(port: IpsetPort): IpsetPort {
    return {
      execute: (operations) => {
        this.#add("ipset_calls", 1);
        this.#add(
          "ipset_lines_executed",
          operations.reduce((sum, operation) => sum + linesOf(operation), 0),
        );
        return port.execute(operations);
      },
      headers: () => port.headers(),
      members: (set) => port.members(set),
      close: () => port.close(),
    };
  }

  #add(name: CallName, more: number): void {
    this.#counts.set(name, this.count(name) + more);
  }

  async #look<T>(calls: CallName, errors: CallName, answer: Promise<T>): Promise<T> {
    this.#add(calls, 1);
    try {
      return await answer;
    } catch (error) {
      this.#add(errors, 1);
      throw error;
    }
  }
}

function linesOf(operation: IpsetOperation): number {
  return operation.kind === "add" || operation.kind === "delete" ? operation.keys.length : 1;
}
