import type { Chain } from "../../../kernel/nftables/chain.ts";
import type { VerdictMap } from "../../../kernel/nftables/map.ts";
import type { Ruleset } from "./ruleset.ts";

/** Chains and maps that are made whole each time; hands on what they are now, and takes away what is no longer among them. */
export class FixedPart {
  readonly #ruleset: Ruleset;
  #chains: ReadonlySet<string> = new Set();
  #maps: ReadonlyMap<string, VerdictMap> = new Map();

  constructor(ruleset: Ruleset) {
    this.#ruleset = ruleset;
  }

  /** These and no others. */
  want(chains: readonly Chain[], maps: readonly VerdictMap[]): void {
    const ruleset = this.#ruleset;
    const names = new Set(chains.map(({ name }) => name));
    const byName = new Map(maps.map((map) => [map.name, map]));
    for (const chain of chains) ruleset.wantChain(chain);
    for (const { name, entries } of maps) {
      ruleset.wantMap(name);
      for (const key of this.#maps.get(name)?.entries.keys() ?? [])
        if (!entries.has(key)) ruleset.unwantEntry(name, key);
      for (const [key, verdict] of entries) ruleset.wantEntry(name, key, verdict);
    }
    for (const name of this.#maps.keys()) if (!byName.has(name)) ruleset.unwantMap(name);
    for (const name of this.#chains) if (!names.has(name)) ruleset.unwantChain(name);
    this.#chains = names;
    this.#maps = byName;
  }
}
