import type { Selector } from "../selector/ast.ts";
import type { Labels } from "../selector/evaluate.ts";
import { restrictions } from "../selector/restriction.ts";
import type { AskedItem } from "./label-memo.ts";
import { type KeyId, LabelPairs, type PairId } from "./label-pairs.ts";
import { type LabelTest, labelTest } from "./label-test.ts";
import { type ItemId, LabelledItems } from "./labelled-items.ts";
import { Postings } from "./postings.ts";

/** Up to this many items, looking at all of them is cheaper than keeping postings. */
const FEW = 1000;

/** What leads from an item's labels to a selector: some pairs of one label, one label, or nothing. */
type Anchor =
  | { readonly on: "pairs"; readonly pairs: readonly PairId[] }
  | { readonly on: "key"; readonly key: KeyId }
  | { readonly on: "nothing" };

interface Watched<S> {
  readonly subject: S;
  readonly test: LabelTest;
  readonly anchor: Anchor;
}

/**
 * Which items do selectors select, and which selectors select an item: labelled items on one side, selectors with a
 * subject (whatever the caller wants named) on the other. Nothing is remembered of who selected whom; both questions are
 * answered afresh, near enough in the time of their answer, by looking only where the selector's restrictions lead.
 */
export class LabelIndex<S> {
  readonly #items = new LabelledItems(new LabelPairs());
  readonly #postings = new Postings(this.#items);
  readonly #watched = new Map<S, Watched<S>>();
  readonly #byPair = new Map<PairId, Set<Watched<S>>>();
  readonly #byKey = new Map<KeyId, Set<Watched<S>>>();
  readonly #loose = new Set<Watched<S>>();
  readonly #looking = new Map<KeyId, Set<Watched<S>>>();
  readonly #few: number;
  #asked: ItemId = -1;
  readonly #item: AskedItem = {
    find: (key) => this.#items.find(this.#asked, key),
    eachPair: (visit) => this.#items.eachPair(this.#asked, visit),
  };

  constructor(few = FEW) {
    this.#few = few;
  }

  /** Gives an item, new or known, its labels and its parents, the nearest first. */
  set(id: ItemId, labels: Labels, parents: readonly string[]): void {
    if (this.#items.has(id)) this.#postings.remove(id);
    this.#items.set(id, labels, parents);
    this.#postings.add(id);
  }

  delete(id: ItemId): void {
    if (!this.#items.has(id)) return;
    this.#postings.remove(id);
    this.#items.delete(id);
  }

  /** Starts to know a selector under `subject`, which must be new. */
  watch(subject: S, selector: Selector): void {
    const test = labelTest(selector, this.#items.pairs);
    const watched = { subject, test, anchor: this.#anchor(selector) };
    this.#watched.set(subject, watched);
    for (const found of this.#shelves(watched)) found.add(watched);
  }

  unwatch(subject: S): void {
    const watched = this.#watched.get(subject);
    if (!watched) return;
    this.#watched.delete(subject);
    for (const found of this.#shelves(watched)) found.delete(watched);
    const { anchor, test } = watched;
    if (anchor.on === "pairs") for (const pair of anchor.pairs) dropEmpty(this.#byPair, pair);
    if (anchor.on === "key") dropEmpty(this.#byKey, anchor.key);
    for (const key of test.keys) dropEmpty(this.#looking, key);
    test.release();
  }

  /** The subjects whose selectors select the item. */
  selecting(id: ItemId): S[] {
    const found = new Set<S>();
    if (!this.#items.has(id)) return [];
    this.#asked = id;
    const ask = (candidates: Iterable<Watched<S>>) => {
      for (const { subject, test } of candidates) if (test.holds(this.#item)) found.add(subject);
    };
    ask(this.#loose);
    for (const pair of this.#items.allPairs(id)) {
      const byPair = this.#byPair.get(pair);
      if (byPair) ask(byPair);
      const byKey = this.#byKey.size > 0 && this.#byKey.get(this.#items.pairs.keyOf(pair));
      if (byKey) ask(byKey);
    }
    return [...found];
  }

  /** The items that the selector of a subject selects. */
  *selected(subject: S): Generator<ItemId> {
    const { test, anchor } = this.#watched.get(subject)!;
    const { pairs } = this.#items;
    if (anchor.on !== "pairs" || this.#items.size <= this.#few) {
      for (const id of this.#items.ids()) if (this.#holds(test, id)) yield id;
      return;
    }
    const candidates = new Set<ItemId>(this.#items.heirs(anchor.pairs));
    for (const pair of anchor.pairs) {
      for (const id of this.#postings.bearers(pairs.keyOf(pair), pair)) candidates.add(id);
    }
    for (const id of candidates) if (this.#holds(test, id)) yield id;
  }

  /**
   * Gives a parent its labels, or none. `before` and `after` are told every subject and item that are selected then,
   * among those that the change concerns.
   */
  setParent(parent: string, labels: Labels | undefined, before: Selected<S>, after: Selected<S>): void {
    const concerned = new Set<Watched<S>>();
    for (const label of changedLabels(this.#items.parentLabels(parent) ?? {}, labels ?? {})) {
      const key = this.#items.pairs.keyId(label);
      if (key !== undefined) for (const watched of this.#looking.get(key) ?? []) concerned.add(watched);
    }
    const children = concerned.size > 0 ? this.#items.children(parent) : [];
    this.#tell(concerned, children, before);
    this.#items.setParent(parent, labels);
    this.#tell(concerned, children, after);
  }

  #tell(concerned: Iterable<Watched<S>>, items: readonly ItemId[], selected: Selected<S>): void {
    for (const { subject, test } of concerned) {
      for (const id of items) if (this.#holds(test, id)) selected(subject, id);
    }
  }

  #holds(test: LabelTest, id: ItemId): boolean {
    this.#asked = id;
    return test.holds(this.#item);
  }

  /** The restriction that fewest items meet; of equals the first. */
  #anchor(selector: Selector): Anchor {
    let best: Anchor = { on: "nothing" };
    let fewest = Number.POSITIVE_INFINITY;
    for (const { label, values } of restrictions(selector)) {
      const key = this.#items.pairs.keyId(label)!;
      if (!values) {
        if (best.on === "nothing") best = { on: "key", key };
        continue;
      }
      const pairs = values.map((value) => this.#items.pairs.pairId(label, value)!);
      const count = this.#items.bearerCount(pairs);
      if (count >= fewest) continue;
      fewest = count;
      best = { on: "pairs", pairs };
    }
    return best;
  }

  #shelves({ anchor, test }: Watched<S>): Set<Watched<S>>[] {
    const shelves = test.keys.map((key) => shelf(this.#looking, key));
    if (anchor.on === "nothing") shelves.push(this.#loose);
    else if (anchor.on === "key") shelves.push(shelf(this.#byKey, anchor.key));
    else for (const pair of anchor.pairs) shelves.push(shelf(this.#byPair, pair));
    return shelves;
  }
}

/** Hears that an item is selected by the selector of a subject. */
export type Selected<S> = (subject: S, item: ItemId) => void;

function shelf<K, V>(shelves: Map<K, Set<V>>, key: K): Set<V> {
  let found = shelves.get(key);
  if (!found) shelves.set(key, (found = new Set()));
  return found;
}

function dropEmpty<K, V>(shelves: Map<K, Set<V>>, key: K): void {
  if (shelves.get(key)?.size === 0) shelves.delete(key);
}

function changedLabels(before: Labels, after: Labels): string[] {
  const all = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...all].filter((label) => before[label] !== after[label]);
}
