import type { Labels } from "../selector/evaluate.ts";
import { IntLists, type ListHandle } from "./int-lists.ts";
import { Interned } from "./interned.ts";
import type { KeyId, LabelPairs, PairId } from "./label-pairs.ts";

/** The number of an item, small and used again after it is gone. */
export type ItemId = number;

/** The pairs that a parent bears; by their labels where there are more than one would look through. */
interface ParentPairs {
  readonly pairs: readonly PairId[];
  readonly byKey?: ReadonlyMap<KeyId, PairId>;
}

const NO_PAIRS: ParentPairs = { pairs: [] };
/** Looking through so many pairs is as fast as a map. */
const FEW_PAIRS = 16;

/**
 * Labelled things (endpoints, network sets) in columns, and the labels of their parents (profiles), which they inherit:
 * own labels before the first parent's before the second's. About twenty octets an item beside its labels.
 */
export class LabelledItems {
  readonly pairs: LabelPairs;
  readonly #lists = new IntLists();
  readonly #labels: ListHandle[] = [];
  readonly #parents: number[] = [];
  readonly #families = new Interned<readonly string[]>();
  readonly #parentPairs = new Map<string, ParentPairs>();
  readonly #parentLabels = new Map<string, Labels>();
  /** How many parents bear a pair; most pairs are borne by none. */
  readonly #parentsBearing = new Map<PairId, number>();
  #count = 0;

  constructor(pairs: LabelPairs) {
    this.pairs = pairs;
  }

  get size(): number {
    return this.#count;
  }

  has(id: ItemId): boolean {
    return this.#parents[id] !== undefined && this.#parents[id]! >= 0;
  }

  /** Gives the item, new or not, these labels and parents. */
  set(id: ItemId, labels: Labels, parents: readonly string[]): void {
    const own: PairId[] = [];
    for (const label in labels) own.push(this.pairs.acquire(label, labels[label]!));
    const family = this.#families.acquire(parents.join("\0"), () => parents.slice());
    this.delete(id);
    this.#labels[id] = this.#lists.put(own);
    this.#parents[id] = family;
    this.#count++;
  }

  delete(id: ItemId): void {
    if (!this.has(id)) return;
    const list = this.#labels[id]!;
    for (let i = this.#lists.length(list) - 1; i >= 0; i--) this.pairs.release(this.#lists.at(list, i));
    this.#lists.drop(list);
    this.#families.release(this.#parents[id]!);
    this.#parents[id] = -1;
    this.#count--;
  }

  /** The labels of a parent; undefined when nothing is known of it. */
  parentLabels(parent: string): Labels | undefined {
    return this.#parentLabels.get(parent);
  }

  setParent(parent: string, labels: Labels | undefined): void {
    const before = this.#pairsOf(parent).pairs;
    if (labels) {
      const pairs = Object.keys(labels).map((label) => this.pairs.acquire(label, labels[label]!));
      const byKey = pairs.length > FEW_PAIRS && new Map(pairs.map((pair) => [this.pairs.keyOf(pair), pair]));
      this.#parentPairs.set(parent, { pairs, ...(byKey && { byKey }) });
      this.#parentLabels.set(parent, labels);
    } else {
      this.#parentPairs.delete(parent);
      this.#parentLabels.delete(parent);
    }
    for (const pair of this.#pairsOf(parent).pairs) this.#countBearing(pair, 1);
    for (const pair of before) this.#countBearing(pair, -1);
    for (const pair of before) this.pairs.release(pair);
  }

  /** The pair the item has for a label, own or inherited, or -1. */
  find(id: ItemId, key: KeyId): PairId {
    const list = this.#labels[id]!;
    for (let i = this.#lists.length(list) - 1; i >= 0; i--) {
      const pair = this.#lists.at(list, i);
      if (this.pairs.keyOf(pair) === key) return pair;
    }
    for (const parent of this.#families.value(this.#parents[id]!)) {
      const { pairs, byKey } = this.#pairsOf(parent);
      const found = byKey ? byKey.get(key) : pairs.find((pair) => this.pairs.keyOf(pair) === key);
      if (found !== undefined) return found;
    }
    return -1;
  }

  /** Visits every pair of the item and of its parents with its label, also such as an own label hides; own ones first. */
  eachPair(id: ItemId, visit: (key: KeyId, pair: PairId) => void): void {
    const list = this.#labels[id]!;
    for (let i = 0, n = this.#lists.length(list); i < n; i++) {
      const pair = this.#lists.at(list, i);
      visit(this.pairs.keyOf(pair), pair);
    }
    for (const parent of this.#families.value(this.#parents[id]!)) {
      for (const pair of this.#pairsOf(parent).pairs) visit(this.pairs.keyOf(pair), pair);
    }
  }

  /** The item's own pairs. */
  *ownPairs(id: ItemId): Generator<PairId> {
    const list = this.#labels[id]!;
    for (let i = 0, n = this.#lists.length(list); i < n; i++) yield this.#lists.at(list, i);
  }

  /** Visits every item that has the label itself, with its pair. */
  eachWith(key: KeyId, visit: (pair: PairId, id: ItemId) => void): void {
    for (let id = 0; id < this.#parents.length; id++) {
      if (this.#parents[id]! < 0) continue;
      const list = this.#labels[id]!;
      for (let i = this.#lists.length(list) - 1; i >= 0; i--) {
        const pair = this.#lists.at(list, i);
        if (this.pairs.keyOf(pair) === key) visit(pair, id);
      }
    }
  }

  /** Every pair of the item and of its parents, also such as an own label hides. */
  *allPairs(id: ItemId): Generator<PairId> {
    yield* this.ownPairs(id);
    for (const parent of this.#families.value(this.#parents[id]!)) yield* this.#pairsOf(parent).pairs;
  }

  /** How many items bear one of the pairs themselves or have a parent that does: an upper bound, for choosing. */
  bearerCount(pairs: readonly PairId[]): number {
    let count = 0;
    for (const pair of pairs) count += this.pairs.holders(pair);
    const bearing = this.#bearing(pairs);
    if (bearing.size === 0) return count;
    for (const [family, parents] of this.#families.entries()) {
      if (parents.some((parent) => bearing.has(parent))) count += this.#families.holders(family);
    }
    return count;
  }

  /** The items that have a parent which bears one of the pairs. */
  heirs(pairs: readonly PairId[]): ItemId[] {
    const bearing = this.#bearing(pairs);
    return bearing.size === 0 ? [] : this.#inFamilies((parents) => parents.some((parent) => bearing.has(parent)));
  }

  /** The items that have this parent. */
  children(parent: string): ItemId[] {
    return this.#inFamilies((parents) => parents.includes(parent));
  }

  *ids(): Generator<ItemId> {
    for (let id = 0; id < this.#parents.length; id++) if (this.has(id)) yield id;
  }

  #countBearing(pair: PairId, by: number): void {
    const count = (this.#parentsBearing.get(pair) ?? 0) + by;
    if (count > 0) this.#parentsBearing.set(pair, count);
    else this.#parentsBearing.delete(pair);
  }

  #pairsOf(parent: string): ParentPairs {
    return this.#parentPairs.get(parent) ?? NO_PAIRS;
  }

  /** The parents that bear one of the pairs. */
  #bearing(pairs: readonly PairId[]): ReadonlySet<string> {
    const wanted = new Set(pairs.filter((pair) => this.#parentsBearing.has(pair)));
    const found = new Set<string>();
    if (wanted.size === 0) return found;
    for (const [parent, borne] of this.#parentPairs) {
      if (borne.pairs.some((pair) => wanted.has(pair))) found.add(parent);
    }
    return found;
  }

  #inFamilies(wanted: (parents: readonly string[]) => boolean): ItemId[] {
    const families = new Set<number>();
    for (const [family, parents] of this.#families.entries()) if (wanted(parents)) families.add(family);
    const found: ItemId[] = [];
    if (families.size === 0) return found;
    for (let id = 0; id < this.#parents.length; id++) if (families.has(this.#parents[id]!)) found.push(id);
    return found;
  }
}
