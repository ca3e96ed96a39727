import { invariant } from "../../lib/error.ts";
import { ipv6 } from "../../net/address.ts";
import { type Prefix, prefixOf } from "../../net/prefix.ts";
import { grown, mixed, roomFor, widened } from "./column.ts";
import type { PrefixTable } from "./prefix-table.ts";
import { TrimGate } from "./trim-gate.ts";

const initialCapacity = 256;
/** A slot whose prefix has left while the chain goes on behind it. */
const grave = -1;
/** The length of a free id. */
const free = 255;

/** The IPv6 table: as the IPv4 one, with four words an address; 19 octets of columns a prefix, 8 to 16 of slots. */
export class Ipv6PrefixTable implements PrefixTable {
  readonly family = "ipv6";
  #slots = new Int32Array(initialCapacity * 2);
  #words = new Uint32Array(initialCapacity * 4);
  #length = new Uint8Array(initialCapacity);
  #holds = new Uint16Array(initialCapacity);
  #size = 0;
  /** Slots that are not empty: the prefixes' and the graves of those that left. */
  #used = 0;
  #limit = 1;
  #free = 0;
  readonly #gate = new TrimGate();

  get size(): number {
    return this.#size;
  }

  get limit(): number {
    return this.#limit;
  }

  get bytes(): number {
    return this.#slots.byteLength + this.#words.byteLength + this.#length.byteLength + this.#holds.byteLength;
  }

  find(a: number, b: number, c: number, d: number, length: number): number {
    const id = this.#slots[this.#probe(a, b, c, d, length)]!;
    return Math.max(id, 0);
  }

  intern(a: number, b: number, c: number, d: number, length: number): number {
    const slot = this.#probe(a, b, c, d, length);
    if (this.#slots[slot]! > 0) return this.#slots[slot]!;
    const id = this.#newId();
    const w = id * 4;
    this.#words[w] = a;
    this.#words[w + 1] = b;
    this.#words[w + 2] = c;
    this.#words[w + 3] = d;
    this.#length[id] = length;
    if (this.#slots[slot] === 0) this.#used++;
    this.#slots[slot] = id;
    this.#size++;
    if (this.#used * 10 > this.#slots.length * 6) this.#rehash(roomFor(this.#size * 4));
    return id;
  }

  hold(id: number): void {
    this.#holds[id]!++;
  }

  drop(id: number): void {
    invariant(this.#holds[id]! > 0, "a prefix is dropped more often than held");
    if (--this.#holds[id]! === 0) this.#remove(id);
  }

  holds(id: number): number {
    return this.#holds[id]!;
  }

  prefix(id: number): Prefix {
    const w = id * 4;
    const words = this.#words;
    return prefixOf(ipv6(words[w]!, words[w + 1]!, words[w + 2]!, words[w + 3]!), this.#length[id]!);
  }

  writeNlri(id: number, out: Uint8Array, at: number): number {
    const length = this.#length[id]!;
    out[at] = length;
    const octets = (length + 7) >>> 3;
    for (let i = 0; i < octets; i++) out[at + 1 + i] = this.#words[id * 4 + (i >>> 2)]! >>> (24 - (i & 3) * 8);
    return at + 1 + octets;
  }

  /** The slot that holds the prefix, or the one where it would go: the first grave on the way, else the empty one. */
  #probe(a: number, b: number, c: number, d: number, length: number): number {
    const slots = this.#slots;
    const words = this.#words;
    const mask = slots.length - 1;
    let reused = -1;
    for (let slot = slotOf(a, b, c, d, length) & mask; ; slot = (slot + 1) & mask) {
      const id = slots[slot]!;
      if (id === 0) return reused < 0 ? slot : reused;
      if (id === grave) {
        reused = reused < 0 ? slot : reused;
        continue;
      }
      const w = id * 4;
      const sameAddress = words[w] === a && words[w + 1] === b && words[w + 2] === c && words[w + 3] === d;
      if (sameAddress && this.#length[id] === length) return slot;
    }
  }

  trim(): boolean {
    if (!this.#gate.opens(this.#size, this.#length.length)) return false;
    let limit = this.#limit;
    while (limit > 1 && this.#length[limit - 1] === free) limit--;
    const capacity = roomFor(limit - 1);
    if (capacity >= this.#length.length) return false;
    this.#words = this.#words.slice(0, capacity * 4);
    this.#length = this.#length.slice(0, capacity);
    this.#holds = this.#holds.slice(0, capacity);
    this.#limit = limit;
    this.#free = 0;
    for (let id = limit - 1; id > 0; id--) {
      if (this.#length[id] !== free) continue;
      this.#words[id * 4] = this.#free;
      this.#free = id;
    }
    this.#rehash(roomFor(this.#size * 4));
    return true;
  }

  #newId(): number {
    const reused = this.#free;
    if (reused !== 0) {
      this.#free = this.#words[reused * 4]!;
      return reused;
    }
    const id = this.#limit++;
    if (id === this.#length.length) {
      this.#words = widened(this.#words, grown(id) * 4);
      this.#length = widened(this.#length, grown(id));
      this.#holds = widened(this.#holds, grown(id));
    }
    return id;
  }

  #home(id: number): number {
    const w = id * 4;
    const words = this.#words;
    return slotOf(words[w]!, words[w + 1]!, words[w + 2]!, words[w + 3]!, this.#length[id]!);
  }

  #remove(id: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = this.#home(id) & mask;
    while (slots[slot] !== id) slot = (slot + 1) & mask;
    const endsChain = slots[(slot + 1) & mask] === 0;
    slots[slot] = endsChain ? 0 : grave;
    if (endsChain) this.#used--;
    this.#words[id * 4] = this.#free;
    this.#length[id] = free;
    this.#free = id;
    this.#size--;
  }

  #rehash(capacity: number): void {
    const slots = new Int32Array(capacity);
    const mask = capacity - 1;
    // By id, not by slot: neighbours came one after the other and share a run of slots.
    for (let id = 1; id < this.#limit; id++) {
      if (this.#length[id] === free) continue;
      let slot = this.#home(id) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = id;
    }
    this.#slots = slots;
    this.#used = this.#size;
  }
}

/** As in the IPv4 table: prefixes that differ in their last three bits (of the word where they end) share a run of slots. */
function slotOf(a: number, b: number, c: number, d: number, length: number): number {
  const shift = -length & 31;
  const run = 7 << shift;
  const salt = Math.imul(length, 0x9e3779b1);
  if (length <= 32) return (mixed((a & ~run) ^ salt) & ~7) | ((a >>> shift) & 7);
  if (length <= 64) return (mixed(mixed(a ^ salt) ^ (b & ~run)) & ~7) | ((b >>> shift) & 7);
  const upper = mixed(mixed(a ^ salt) ^ b);
  if (length <= 96) return (mixed(upper ^ (c & ~run)) & ~7) | ((c >>> shift) & 7);
  return (mixed(mixed(upper ^ c) ^ (d & ~run)) & ~7) | ((d >>> shift) & 7);
}
