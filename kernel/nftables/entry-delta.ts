import { DeltaMap } from "../../lib/delta-map.ts";
import { InvalidRuleset } from "./error.ts";
import { printVerdict } from "./expression/verdict.ts";
import type { Verdict } from "./expression.ts";
import type { Transaction } from "./transaction.ts";

/** The entries we want in one verdict map against those the kernel has. */
export class EntryDelta {
  readonly name: string;
  readonly #entries = new DeltaMap<string, Verdict>((x, y) => printVerdict(x) === printVerdict(y));

  constructor(name: string) {
    this.name = name;
  }

  /** This interface should lead there. @throws InvalidRuleset when it is no interface's name */
  want(key: string, verdict: Verdict): void {
    if (!/^[!-~]{1,15}$/.test(key)) {
      throw new InvalidRuleset(`key of map ${this.name}`, key, "an interface name of 1 to 15 printable characters");
    }
    this.#entries.want(key, verdict);
  }

  /** This interface should lead nowhere. */
  unwant(key: string): void {
    this.#entries.unwant(key);
  }

  /** Wants exactly these entries. @throws InvalidRuleset */
  replace(entries: ReadonlyMap<string, Verdict>): void {
    for (const [key, verdict] of entries) this.want(key, verdict);
    for (const [key] of [...this.#entries.wantedEntries()]) if (!entries.has(key)) this.unwant(key);
  }

  /** The kernel has exactly these entries. */
  sawAll(entries: ReadonlyMap<string, Verdict>): void {
    this.#entries.sawAll(entries);
  }

  /** Work is left, of which some may have to wait for leave to delete. */
  isPending(deletes: boolean): boolean {
    if (deletes) return this.#entries.pendingCount > 0;
    for (const change of this.#entries.pending()) if (change.kind === "set") return true;
    return false;
  }

  /** Adds the steps that are left to a transaction. An entry that leads elsewhere now is taken out and put back in. */
  plan(to: Transaction, deletes: boolean): void {
    const added: [string, Verdict][] = [];
    const removed: string[] = [];
    const gone: string[] = [];
    for (const change of this.#entries.pending()) {
      if (change.kind === "set") {
        if (this.#entries.actual(change.key)) removed.push(change.key);
        added.push([change.key, change.value]);
      } else if (deletes) gone.push(change.key);
    }
    if (added.length + gone.length === 0) return;
    to.entries(this.name, added, [...removed, ...gone]);
    to.whenCommitted(() => {
      for (const key of gone) this.#entries.saw(key, undefined);
      for (const [key, verdict] of added) this.#entries.saw(key, verdict);
    });
  }
}
