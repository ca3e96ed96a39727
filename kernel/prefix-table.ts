import { addressBits, type Family } from "../net/family.ts";
import { maskWord, type Prefix } from "../net/prefix.ts";

/**
 * Prefixes of one family numbered densely, for state that is kept in arrays beside it. Numbers on typed arrays: about 13
 * octets a prefix for IPv4 and 25 for IPv6, no object each. A number stays the same until its prefix is removed, and is then given to
 * another. Host bits are ignored.
 */
export class PrefixTable {
  readonly family: Family;
  readonly #wide: boolean;
  /** Open addressing: index + 1, 0 is free. Its length is a power of two. */
  #slots = new Int32Array(64);
  /** One word a prefix for IPv4, four for IPv6. */
  #words: Uint32Array;
  #lengths = new Uint8Array(32);
  readonly #free: number[] = [];
  #end = 0;

  constructor(family: Family) {
    this.family = family;
    this.#wide = family === "ipv6";
    this.#words = new Uint32Array(this.#wide ? 128 : 32);
  }

  /** One more than the largest number in use: the length that arrays beside this need. */
  get end(): number {
    return this.#end;
  }

  /** How many prefixes there are. */
  get size(): number {
    return this.#end - this.#free.length;
  }

  /** The number of a prefix, or -1. */
  find(prefix: Prefix): number {
    return this.#slots[this.#slotOf(prefix)]! - 1;
  }

  /** The number of a prefix, which it gets now if it has none. */
  add(prefix: Prefix): number {
    const slot = this.#slotOf(prefix);
    const found = this.#slots[slot]! - 1;
    if (found >= 0) return found;
    const index = this.#free.pop() ?? this.#end++;
    this.#store(index, prefix);
    if (this.size * 2 > this.#slots.length) this.#grow();
    else this.#slots[slot] = index + 1;
    return index;
  }

  /** Forgets the prefix with this number. */
  remove(index: number): void {
    let hole = this.#slotOf(this.prefix(index));
    const mask = this.#slots.length - 1;
    this.#slots[hole] = 0;
    // Close the gap: whoever stands behind it and would have stood in it moves up.
    for (let at = (hole + 1) & mask; this.#slots[at] !== 0; at = (at + 1) & mask) {
      const home = this.#hash(this.#slots[at]! - 1) & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      this.#slots[hole] = this.#slots[at]!;
      this.#slots[at] = 0;
      hole = at;
    }
    this.#lengths[index] = absent;
    this.#free.push(index);
  }

  /** Whether a prefix has this number. */
  has(index: number): boolean {
    return index >= 0 && index < this.#end && this.#lengths[index] !== absent;
  }

  /** The prefix with this number, as a new object. */
  prefix(index: number): Prefix {
    const { family } = this;
    const w = this.#words;
    const length = this.#lengths[index]!;
    if (!this.#wide) return { family, a: w[index]!, b: 0, c: 0, d: 0, length };
    const at = index * 4;
    return { family, a: w[at]!, b: w[at + 1]!, c: w[at + 2]!, d: w[at + 3]!, length };
  }

  #slotOf(prefix: Prefix): number {
    const n = prefix.length;
    const a = (prefix.a & maskWord(n)) >>> 0;
    const mask = this.#slots.length - 1;
    if (!this.#wide) {
      let slot = mix(a, n) & mask;
      for (let index = this.#slots[slot]! - 1; index >= 0; index = this.#slots[slot]! - 1) {
        if (this.#words[index] === a && this.#lengths[index] === n) return slot;
        slot = (slot + 1) & mask;
      }
      return slot;
    }
    const b = (prefix.b & maskWord(n - 32)) >>> 0;
    const c = (prefix.c & maskWord(n - 64)) >>> 0;
    const d = (prefix.d & maskWord(n - 96)) >>> 0;
    let slot = mix(mix(mix(mix(a, b), c), d), n) & mask;
    for (let index = this.#slots[slot]! - 1; index >= 0; index = this.#slots[slot]! - 1) {
      const w = this.#words;
      const at = index * 4;
      const same = w[at] === a && w[at + 1] === b && w[at + 2] === c && w[at + 3] === d;
      if (same && this.#lengths[index] === n) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #hash(index: number): number {
    const w = this.#words;
    const length = this.#lengths[index]!;
    if (!this.#wide) return mix(w[index]!, length);
    const at = index * 4;
    return mix(mix(mix(mix(w[at]!, w[at + 1]!), w[at + 2]!), w[at + 3]!), length);
  }

  #store(index: number, prefix: Prefix): void {
    if (index >= this.#lengths.length) {
      this.#lengths = grown(this.#lengths, new Uint8Array(index * 2));
      this.#words = grown(this.#words, new Uint32Array(index * 2 * (this.#wide ? 4 : 1)));
    }
    const n = Math.min(prefix.length, addressBits[this.family]);
    const w = this.#words;
    this.#lengths[index] = n;
    if (!this.#wide) {
      w[index] = prefix.a & maskWord(n);
      return;
    }
    w[index * 4] = prefix.a & maskWord(n);
    w[index * 4 + 1] = prefix.b & maskWord(n - 32);
    w[index * 4 + 2] = prefix.c & maskWord(n - 64);
    w[index * 4 + 3] = prefix.d & maskWord(n - 96);
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let index = 0; index < this.#end; index++) {
      if (this.#lengths[index] === absent) continue;
      let slot = this.#hash(index) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = index + 1;
    }
    this.#slots = slots;
  }
}

/** The length of a number that is free; no prefix is that long. */
const absent = 255;

/** Scatters a word over what was scattered before it (the finalizer of MurmurHash3). */
function mix(before: number, word: number): number {
  let h = Math.imul(before ^ (before >>> 15), 0x2c1b3c6d) ^ word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function grown<T extends Uint8Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
