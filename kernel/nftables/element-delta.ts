import { type ElementKey, elementKey } from "./element.ts";
import { keyOctets } from "./field-type.ts";
import { RangeUnion } from "./interval.ts";
import type { ElementText, SetSpec } from "./set.ts";
import type { Transaction } from "./transaction.ts";

/**
 * The elements we want in one set against those the kernel has. Every element is one string in one JavaScript set, and in a
 * second only while there is work on it: what the kernel has is what is wanted, less what is missing, plus what is extra.
 */
export class ElementDelta {
  readonly spec: SetSpec;
  readonly #ranges: RangeUnion | undefined;
  readonly #wanted = new Set<ElementKey>();
  readonly #missing = new Set<ElementKey>();
  readonly #extra = new Set<ElementKey>();

  constructor(spec: SetSpec) {
    this.spec = spec;
    this.#ranges = spec.interval ? new RangeUnion(keyOctets(spec.key)) : undefined;
  }

  /** Changes what is wanted. @throws InvalidRuleset when a text is no element of this set; then nothing is changed */
  change(add: Iterable<ElementText>, remove: Iterable<ElementText>): void {
    const added = Array.from(add, (text) => elementKey(this.spec, text));
    const removed = Array.from(remove, (text) => elementKey(this.spec, text));
    const delta = this.#ranges ? this.#ranges.change(added, removed) : { added, removed };
    for (const key of delta.removed) this.#unwant(key);
    for (const key of delta.added) this.#want(key);
  }

  /** Wants exactly these elements. @throws InvalidRuleset */
  replace(elements: Iterable<ElementText>): void {
    const wanted = new Set(Array.from(elements, (text) => elementKey(this.spec, text)));
    const before = this.#ranges ? this.#ranges.all : this.#wanted;
    const removed = [...before].filter((key) => !wanted.has(key));
    const added = [...wanted];
    const delta = this.#ranges ? this.#ranges.change(added, removed) : { added, removed };
    for (const key of delta.removed) this.#unwant(key);
    for (const key of delta.added) this.#want(key);
  }

  /** The kernel has exactly these elements. */
  sawAll(keys: Iterable<ElementKey>): void {
    this.#extra.clear();
    this.#missing.clear();
    for (const key of this.#wanted) this.#missing.add(key);
    for (const key of keys) if (!this.#missing.delete(key)) this.#extra.add(key);
  }

  /** How many elements are wanted that the kernel lacks. */
  get missing(): number {
    return this.#missing.size;
  }

  /** Work is left, of which some may have to wait for leave to delete. */
  isPending(deletes: boolean): boolean {
    return deletes ? this.#missing.size + this.#extra.size > 0 : this.#addable().length > 0;
  }

  /** Adds at most `most` missing elements, and with `deletes` all extra ones, to a transaction. */
  plan(to: Transaction, deletes: boolean, most = Number.POSITIVE_INFINITY): void {
    const removed = deletes ? [...this.#extra] : [];
    const ready = deletes ? [...this.#missing] : this.#addable();
    const added = ready.length > most ? ready.slice(0, most) : ready;
    if (added.length + removed.length === 0) return;
    to.elements(this.spec, added, removed);
    to.whenCommitted(() => {
      for (const key of removed) this.#lost(key);
      for (const key of added) this.#got(key);
    });
  }

  /** Missing elements that do not get in the way of extra ones, which must stay for now. */
  #addable(): ElementKey[] {
    if (!this.#ranges || this.#extra.size === 0) return [...this.#missing];
    const octets = keyOctets(this.spec.key);
    const taken = new RangeUnion(octets);
    taken.change([...this.#extra], []);
    return [...this.#missing].filter((key) => !taken.meets(key));
  }

  #want(key: ElementKey): void {
    if (this.#wanted.has(key)) return;
    this.#wanted.add(key);
    if (!this.#extra.delete(key)) this.#missing.add(key);
  }

  #unwant(key: ElementKey): void {
    if (!this.#wanted.delete(key)) return;
    if (!this.#missing.delete(key)) this.#extra.add(key);
  }

  #got(key: ElementKey): void {
    if (this.#wanted.has(key)) this.#missing.delete(key);
    else this.#extra.add(key);
  }

  #lost(key: ElementKey): void {
    if (this.#wanted.has(key)) this.#missing.add(key);
    else this.#extra.delete(key);
  }
}
