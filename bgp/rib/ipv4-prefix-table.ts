import { invariant } from "../../lib/error.ts";
import { ipv4 } from "../../net/address.ts";
import { type Prefix, prefixOf } from "../../net/prefix.ts";
import { grown, mixed, roomFor, widened } from "./column.ts";
import type { PrefixTable } from "./prefix-table.ts";
import { TrimGate } from "./trim-gate.ts";

const initialCapacity = 256;
/** A slot whose prefix has left while the chain goes on behind it. */
const grave = -1;
/** The length of a free id. */
const free = 255;

/**
 * Neighbouring prefixes of one length share a run of eight slots, because announcements and withdrawals walk through
 * neighbours: one cache line serves eight of them.
 */
function slotOf(address: number, length: number): number {
  const key = length === 0 ? 0 : address >>> (32 - length);
  return (mixed((key >>> 3) ^ Math.imul(length, 0x9e3779b1)) & ~7) | (key & 7);
}

/** The IPv4 table: open addressing with linear probing; 9 octets of columns a prefix, 8 to 16 of slots. */
export class Ipv4PrefixTable implements PrefixTable {
  readonly family = "ipv4";
  #slots = new Int32Array(initialCapacity * 2);
  #address = new Uint32Array(initialCapacity);
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
    return this.#slots.byteLength + this.#address.byteLength + this.#length.byteLength + this.#holds.byteLength;
  }

  find(a: number, _b: number, _c: number, _d: number, length: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let slot = slotOf(a, length) & mask; ; slot = (slot + 1) & mask) {
      const id = slots[slot]!;
      if (id === 0) return 0;
      if (id > 0 && this.#address[id] === a && this.#length[id] === length) return id;
    }
  }

  intern(a: number, _b: number, _c: number, _d: number, length: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = slotOf(a, length) & mask;
    let reused = -1;
    for (let id = slots[slot]!; id !== 0; id = slots[slot]!) {
      if (id === grave) reused = reused < 0 ? slot : reused;
      else if (this.#address[id] === a && this.#length[id] === length) return id;
      slot = (slot + 1) & mask;
    }
    const id = this.#newId();
    this.#address[id] = a;
    this.#length[id] = length;
    slots[reused < 0 ? slot : reused] = id;
    this.#size++;
    if (reused < 0 && ++this.#used * 10 > slots.length * 6) this.#rehash(roomFor(this.#size * 4));
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
    return prefixOf(ipv4(this.#address[id]!), this.#length[id]!);
  }

  writeNlri(id: number, out: Uint8Array, at: number): number {
    const length = this.#length[id]!;
    const a = this.#address[id]!;
    let end = at;
    out[end++] = length;
    if (length > 0) out[end++] = a >>> 24;
    if (length > 8) out[end++] = a >>> 16;
    if (length > 16) out[end++] = a >>> 8;
    if (length > 24) out[end++] = a;
    return end;
  }

  trim(): boolean {
    if (!this.#gate.opens(this.#size, this.#length.length)) return false;
    let limit = this.#limit;
    while (limit > 1 && this.#length[limit - 1] === free) limit--;
    const capacity = roomFor(limit - 1);
    if (capacity >= this.#length.length) return false;
    this.#address = this.#address.slice(0, capacity);
    this.#length = this.#length.slice(0, capacity);
    this.#holds = this.#holds.slice(0, capacity);
    this.#limit = limit;
    this.#free = 0;
    for (let id = limit - 1; id > 0; id--) {
      if (this.#length[id] !== free) continue;
      this.#address[id] = this.#free;
      this.#free = id;
    }
    this.#rehash(roomFor(this.#size * 4));
    return true;
  }

  #newId(): number {
    const reused = this.#free;
    if (reused !== 0) {
      this.#free = this.#address[reused]!;
      return reused;
    }
    const id = this.#limit++;
    if (id === this.#address.length) {
      this.#address = widened(this.#address, grown(id));
      this.#length = widened(this.#length, grown(id));
      this.#holds = widened(this.#holds, grown(id));
    }
    return id;
  }

  #remove(id: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = slotOf(this.#address[id]!, this.#length[id]!) & mask;
    while (slots[slot] !== id) slot = (slot + 1) & mask;
    const endsChain = slots[(slot + 1) & mask] === 0;
    slots[slot] = endsChain ? 0 : grave;
    if (endsChain) this.#used--;
    this.#address[id] = this.#free;
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
      let slot = slotOf(this.#address[id]!, this.#length[id]!) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = id;
    }
    this.#slots = slots;
    this.#used = this.#size;
  }
}
