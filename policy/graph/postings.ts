import type { KeyId, PairId } from "./label-pairs.ts";
import type { ItemId, LabelledItems } from "./labelled-items.ts";

/**
 * Which items bear a pair themselves, kept only for labels that somebody asked about: the first question scans all
 * items once, afterwards the answer is at hand.
 */
export class Postings {
  readonly #items: LabelledItems;
  readonly #byKey = new Map<KeyId, Map<PairId, Set<ItemId>>>();

  constructor(items: LabelledItems) {
    this.#items = items;
  }

  /** The items that bear the pair; `key` is its label. */
  bearers(key: KeyId, pair: PairId): Iterable<ItemId> {
    let index = this.#byKey.get(key);
    if (!index) {
      const fresh = new Map<PairId, Set<ItemId>>();
      this.#items.eachWith(key, (pair, id) => put(fresh, pair, id));
      this.#byKey.set(key, (index = fresh));
    }
    return index.get(pair) ?? [];
  }

  /** The item is new or has new labels. */
  add(id: ItemId): void {
    if (this.#byKey.size === 0) return;
    for (const pair of this.#items.ownPairs(id)) {
      const index = this.#byKey.get(this.#items.pairs.keyOf(pair));
      if (index) put(index, pair, id);
    }
  }

  /** The item is about to go, or to get new labels. */
  remove(id: ItemId): void {
    if (this.#byKey.size === 0) return;
    for (const pair of this.#items.ownPairs(id)) {
      const index = this.#byKey.get(this.#items.pairs.keyOf(pair));
      const bearers = index?.get(pair);
      bearers?.delete(id);
      if (bearers?.size === 0) index!.delete(pair);
    }
  }
}

function put(index: Map<PairId, Set<ItemId>>, pair: PairId, id: ItemId): void {
  const bearers = index.get(pair);
  if (bearers) bearers.add(id);
  else index.set(pair, new Set([id]));
}
