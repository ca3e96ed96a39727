import { invariant } from "../../lib/error.ts";
import { AttributeColumns, type LocalIdentity } from "./attribute-columns.ts";
import { ByteArena } from "./byte-arena.ts";
import { grown, mixed, roomFor, widened } from "./column.ts";
import type { NextHopTable } from "./next-hop-table.ts";
import { RouteLabels } from "./route-labels.ts";
import { TrimGate } from "./trim-gate.ts";

const initialCapacity = 256;
/** Octets in half-empty chunks that are not worth a compaction. */
const tolerated = 8 << 20;

/**
 * Attribute sets ↔ small dense ids: equal octets (and equal tag) are one set, however many routes carry it. Ids start at
 * 1. A set is kept in the form in which it arrived, an UPDATE's attribute block with four-octet AS numbers, without
 * MP_UNREACH_NLRI and with MP_REACH_NLRI reduced to family and next hop. Reference-counted; dead octets come back by
 * copying the living into a fresh arena, at most once for as many octets as live.
 *
 * The tag tells our own routes apart (filters see it, no peer does); 0 for what peers sent.
 */
export class AttributeStore {
  readonly columns: AttributeColumns;
  /** What the tags of our own routes mean. */
  readonly labels = new RouteLabels();
  #slots = new Int32Array(initialCapacity * 2);
  #hash = new Int32Array(initialCapacity);
  #offset = new Uint32Array(initialCapacity);
  #length = new Uint16Array(initialCapacity);
  #refs = new Uint32Array(initialCapacity);
  #isFilled = new Uint8Array(initialCapacity);
  #tag = new Map<number, number>();
  #arena = new ByteArena();
  #live = 0;
  /** Where `find` last looked in vain. */
  #missedHash = 0;
  #missedSlot = 0;
  #size = 0;
  #limit = 1;
  #free = 0;
  readonly #gate = new TrimGate();
  readonly #onFree: ((id: number) => void)[] = [];

  constructor(identity: LocalIdentity, nextHops: NextHopTable) {
    this.columns = new AttributeColumns(initialCapacity, identity, nextHops);
  }

  /** How many sets there are. */
  get size(): number {
    return this.#size;
  }

  /** Every id in use is smaller than this. */
  get limit(): number {
    return this.#limit;
  }

  /** Octets of memory: of the sets themselves, and of the columns beside them. */
  get bytes(): { readonly arena: number; readonly columns: number } {
    const index = this.#slots.byteLength + this.#hash.byteLength + this.#offset.byteLength + this.#length.byteLength;
    return {
      arena: this.#arena.bytes,
      columns: index + this.#refs.byteLength + this.#isFilled.byteLength + this.columns.bytes,
    };
  }

  /**
   * The id of the set between `start` and `end`; a new one is held by nobody: the caller holds it. Its columns are
   * filled.
   */
  intern(buf: Uint8Array, start: number, end: number, tag = 0): number {
    return this.#filled(this.find(buf, start, end, tag) || this.#add(buf, start, end, tag), buf, start, end);
  }

  /** As `intern`, right after `find` has answered `found` for the same octets without a tag: nothing is hashed twice. */
  internFound(found: number, buf: Uint8Array, start: number, end: number): number {
    return this.#filled(found || this.#add(buf, start, end, 0), buf, start, end);
  }

  #filled(id: number, buf: Uint8Array, start: number, end: number): number {
    if (this.#isFilled[id] === 0) {
      this.#isFilled[id] = 1;
      this.columns.fill(id, buf, start, end);
    }
    return id;
  }

  /** As `intern`, for a set that nobody decides by: its columns may stay empty. */
  internOctets(buf: Uint8Array, start: number, end: number, tag = 0): number {
    return this.find(buf, start, end, tag) || this.#add(buf, start, end, tag);
  }

  /** The id of the set if it is known, else 0. */
  find(buf: Uint8Array, start: number, end: number, tag = 0): number {
    const hash = hashOf(buf, start, end) ^ tag;
    const slots = this.#slots;
    const mask = slots.length - 1;
    const length = end - start;
    let slot = hash & mask;
    for (let id = slots[slot]!; id !== 0; id = slots[slot]!) {
      if (this.#hash[id] === hash && this.#length[id] === length && this.tag(id) === tag) {
        if (this.#arena.holds(this.#offset[id]!, buf, start, end)) return id;
      }
      slot = (slot + 1) & mask;
    }
    this.#missedHash = hash;
    this.#missedSlot = slot;
    return 0;
  }

  /** A set that `find` has just missed. */
  #add(buf: Uint8Array, start: number, end: number, tag: number): number {
    const length = end - start;
    const id = this.#newId();
    this.#hash[id] = this.#missedHash;
    this.#offset[id] = this.#arena.append(buf, start, end);
    this.#length[id] = length;
    this.#refs[id] = 0;
    this.#isFilled[id] = 0;
    if (tag !== 0) this.#tag.set(id, tag);
    this.#live += length;
    this.#slots[this.#missedSlot] = id;
    if (++this.#size * 10 > this.#slots.length * 6) this.#rehash(this.#slots.length * 2);
    return id;
  }

  hold(id: number): void {
    this.#refs[id]!++;
  }

  /** One holder less; the set without any is gone. */
  drop(id: number): void {
    invariant(this.#refs[id]! > 0, "an attribute set is dropped more often than held");
    if (--this.#refs[id]! === 0) this.#remove(id);
  }

  /** Whether the columns of a set say what it is. */
  isFilled(id: number): boolean {
    return this.#isFilled[id] === 1;
  }

  refs(id: number): number {
    return this.#refs[id]!;
  }

  tag(id: number): number {
    return this.#tag.size === 0 ? 0 : (this.#tag.get(id) ?? 0);
  }

  length(id: number): number {
    return this.#length[id]!;
  }

  /** A view of a set's octets, valid until the next `intern` or `drop`. */
  block(id: number): Uint8Array {
    const at = this.#arena.within(this.#offset[id]!);
    return this.#arena.chunk(this.#offset[id]!).subarray(at, at + this.#length[id]!);
  }

  /** The array in which a set's octets lie, from `start(id)` on; no view is made. */
  chunk(id: number): Uint8Array {
    return this.#arena.chunk(this.#offset[id]!);
  }

  start(id: number): number {
    return this.#arena.within(this.#offset[id]!);
  }

  /** Calls `hear` with the id of every set that goes, before its id means something else. */
  onFree(hear: (id: number) => void): () => void {
    this.#onFree.push(hear);
    return () => {
      const at = this.#onFree.indexOf(hear);
      if (at >= 0) this.#onFree.splice(at, 1);
    };
  }

  /**
   * Gives memory back where few sets are left and the highest ids are free: `limit` is smaller then, and columns beside
   * this store may be cut to it. O(ids) when it tries; whether it did.
   */
  trim(): boolean {
    if (!this.#gate.opens(this.#size, this.#hash.length)) return false;
    const isLive = new Uint8Array(this.#limit);
    for (const id of this.#slots) isLive[id] = 1;
    let limit = this.#limit;
    while (limit > 1 && isLive[limit - 1] === 0) limit--;
    const capacity = roomFor(limit - 1);
    if (capacity >= this.#hash.length) return false;
    this.#hash = this.#hash.slice(0, capacity);
    this.#offset = this.#offset.slice(0, capacity);
    this.#length = this.#length.slice(0, capacity);
    this.#refs = this.#refs.slice(0, capacity);
    this.#isFilled = this.#isFilled.slice(0, capacity);
    this.columns.cut(capacity);
    this.#limit = limit;
    this.#free = 0;
    for (let id = limit - 1; id > 0; id--) {
      if (isLive[id] === 1) continue;
      this.#offset[id] = this.#free;
      this.#free = id;
    }
    this.#rehash(roomFor(this.#size * 4));
    return true;
  }

  #newId(): number {
    const reused = this.#free;
    if (reused !== 0) {
      this.#free = this.#offset[reused]!;
      return reused;
    }
    const id = this.#limit++;
    if (id === this.#hash.length) {
      this.#hash = widened(this.#hash, grown(id));
      this.#offset = widened(this.#offset, grown(id));
      this.#length = widened(this.#length, grown(id));
      this.#refs = widened(this.#refs, grown(id));
      this.#isFilled = widened(this.#isFilled, grown(id));
      this.columns.grow(grown(id));
    }
    return id;
  }

  #remove(id: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let hole = this.#hash[id]! & mask;
    while (slots[hole] !== id) hole = (hole + 1) & mask;
    for (let slot = (hole + 1) & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const other = slots[slot]!;
      if (((slot - this.#hash[other]!) & mask) < ((slot - hole) & mask)) continue;
      slots[hole] = other;
      hole = slot;
    }
    slots[hole] = 0;
    if (this.#isFilled[id] === 1) this.columns.forget(id);
    this.#tag.delete(id);
    this.#live -= this.#length[id]!;
    this.#arena.release(this.#offset[id]!, this.#length[id]!);
    this.#size--;
    for (const hear of this.#onFree) hear(id);
    this.#offset[id] = this.#free;
    this.#length[id] = 0;
    this.#free = id;
    if (this.#arena.usedBytes > this.#live * 3 + tolerated) this.#compact();
  }

  #compact(): void {
    const before = this.#arena;
    this.#arena = new ByteArena();
    for (const id of this.#slots) {
      if (id === 0) continue;
      const at = before.within(this.#offset[id]!);
      const chunk = before.chunk(this.#offset[id]!);
      this.#offset[id] = this.#arena.append(chunk, at, at + this.#length[id]!);
    }
  }

  #rehash(capacity: number): void {
    const slots = new Int32Array(capacity);
    const mask = capacity - 1;
    for (const id of this.#slots) {
      if (id === 0) continue;
      let slot = this.#hash[id]! & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = id;
    }
    this.#slots = slots;
  }
}

/** Four octets a step; the tail octet by octet. */
function hashOf(b: Uint8Array, start: number, end: number): number {
  let h = (end - start) | 0;
  let at = start;
  for (const last = end - 3; at < last; at += 4) {
    const word = (b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!;
    h = Math.imul((h << 13) | (h >>> 19), 5) + Math.imul(word, 0xcc9e2d51);
  }
  for (; at < end; at++) h = Math.imul(h ^ b[at]!, 0x01000193);
  return mixed(h);
}
