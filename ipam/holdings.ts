import { affinitiesPrefix, blockPath, familyBlocksPrefix, parseIpamPath } from "../datastore/ipam-key.ts";
import type { Entry } from "../datastore/store.ts";
import type { Family } from "../net/family.ts";
import { comparePrefixes, type Prefix, prefixKey } from "../net/prefix.ts";
import { PrefixTrie } from "../net/prefix-trie.ts";
import { judgeAffinity } from "./affinity.ts";
import { repair } from "./claim.ts";
import { Draft } from "./draft.ts";
import { Unreadable } from "./error.ts";
import type { Ledger } from "./ledger.ts";
import { readAffinity, readBlock } from "./stored.ts";
import { type NodePorts, ownerText } from "./view.ts";

interface Held {
  readonly own: Map<string, Prefix>;
  /** Affinities of ours without a block: claims that somebody began. */
  readonly begun: readonly Prefix[];
}

/** Which blocks the node holds, and which blocks there are at all: hints, read when first needed. */
export class Holdings {
  readonly #ports: NodePorts;
  readonly #ledger: Ledger;
  readonly #held = new Map<Family, Held>();
  readonly #surveys = new Map<Family, PrefixTrie<Entry>>();
  readonly #refreshed = new Set<Family>();

  constructor(ports: NodePorts, ledger: Ledger) {
    this.#ports = ports;
    this.#ledger = ledger;
  }

  /** The node's blocks of a family, in address order. Reading them repairs what a killed Calico left half done. */
  async own(family: Family): Promise<readonly Prefix[]> {
    const held = this.#held.get(family) ?? (await this.#load(family));
    return [...held.own.values()].sort(comparePrefixes);
  }

  /** Blocks whose claim for this node was begun and not finished. */
  async begun(family: Family): Promise<readonly Prefix[]> {
    return (this.#held.get(family) ?? (await this.#load(family))).begun;
  }

  /** Reads the node's blocks anew, once in a batch; answers whether it did. */
  async refresh(family: Family): Promise<boolean> {
    if (this.#refreshed.has(family)) return false;
    await this.#load(family);
    return true;
  }

  /** Every block of a family, whoever holds it. */
  async survey(family: Family): Promise<PrefixTrie<Entry>> {
    const known = this.#surveys.get(family);
    if (known) return known;
    const { entries } = await this.#ledger.list(familyBlocksPrefix(family));
    const all = new PrefixTrie<Entry>();
    for (const entry of entries) {
      const key = parseIpamPath(entry.key);
      if (key?.kind === "block") all.set(key.cidr, entry);
    }
    this.#surveys.set(family, all);
    return all;
  }

  add(cidr: Prefix): void {
    this.#held.get(cidr.family)?.own.set(prefixKey(cidr), cidr);
  }

  drop(cidr: Prefix): void {
    this.#held.get(cidr.family)?.own.delete(prefixKey(cidr));
  }

  /** The next `survey` and the next `refresh` ask the store. */
  forgetSurveys(): void {
    this.#surveys.clear();
    this.#refreshed.clear();
  }

  forget(): void {
    this.#held.clear();
    this.forgetSurveys();
  }

  async #load(family: Family): Promise<Held> {
    const { node, owner } = this.#ports;
    const { entries } = await this.#ledger.list(affinitiesPrefix(owner ?? "host", node, family));
    const own = new Map<string, Prefix>();
    const begun: Prefix[] = [];
    await Promise.all(
      entries.map(async (entry) => {
        const key = parseIpamPath(entry.key);
        if (key?.kind !== "affinity") return;
        const found = await this.#judge(entry, key.cidr);
        if (found === "own") own.set(prefixKey(key.cidr), key.cidr);
        else if (found === "begun") begun.push(key.cidr);
      }),
    );
    const held = { own, begun: begun.sort(comparePrefixes) };
    this.#held.set(family, held);
    this.#refreshed.add(family);
    return held;
  }

  async #judge(entry: Entry, cidr: Prefix): Promise<"own" | "begun" | "neither"> {
    const { node, store, tell } = this.#ports;
    this.#ledger.learn(entry.key, entry);
    try {
      const block = (await this.#ledger.fetch(blockPath(cidr))).entry;
      const verdict = judgeAffinity(
        this.#ledger.decoded(entry, readAffinity),
        block && this.#ledger.decoded(block, readBlock),
        ownerText(this.#ports),
      );
      if (verdict === "use") return "own";
      if (verdict === "claim") return "begun";
      const draft = new Draft(this.#ledger);
      await repair(draft, this.#ports, cidr, verdict);
      // Somebody else at work on the same claim wins; what it leaves is judged at the next load.
      await draft.commit(store);
      return verdict === "confirm" ? "own" : "neither";
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      tell({ fact: "ipam.unreadable", node, ...error.facts });
      return "neither";
    }
  }
}
