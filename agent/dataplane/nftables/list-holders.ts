import type { NamedSet } from "../../../kernel/nftables/set.ts";
import type { Ruleset } from "./ruleset.ts";

/** The sets that rules have of their own, kept as long as a chain needs them. Named by content, they never change. */
export class ListHolders {
  readonly #ruleset: Ruleset;
  readonly #holders = new Map<string, number>();
  /** By chain: what it needs. */
  readonly #needs = new Map<string, ReadonlySet<string>>();

  constructor(ruleset: Ruleset) {
    this.#ruleset = ruleset;
  }

  /** The chain needs exactly these sets now. */
  hold(chain: string, sets: ReadonlyMap<string, NamedSet>): void {
    for (const [name, set] of sets) {
      const holders = this.#holders.get(name) ?? 0;
      this.#holders.set(name, holders + 1);
      if (holders > 0) continue;
      this.#ruleset.wantSet({ name, key: set.key, interval: set.interval ?? false });
      this.#ruleset.changeElements(name, set.elements);
    }
    for (const name of this.#needs.get(chain) ?? []) {
      const holders = this.#holders.get(name)! - 1;
      if (holders > 0) this.#holders.set(name, holders);
      else {
        this.#holders.delete(name);
        this.#ruleset.unwantSet(name);
      }
    }
    if (sets.size > 0) this.#needs.set(chain, new Set(sets.keys()));
    else this.#needs.delete(chain);
  }
}
