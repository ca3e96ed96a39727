import { roomFor, widened } from "../rib/column.ts";
import { packRoom } from "./pack.ts";
import type { Audience } from "./slab.ts";

/** Prefixes a batch may hold. */
export const batchSize = 8192;

/**
 * Sorts a batch of prefixes by what is said of them: one bucket for every attribute set (0: withdrawn) and audience, in
 * the order in which they first occur, each a chain through `prefixes`. Emptied and used again by every group.
 */
export class Buckets {
  prefixes = new Uint32Array(batchSize * 3);
  /** Path identifiers (RFC 7911) beside `prefixes`, of a batch that has them; no longer than needed. */
  identifiers = new Uint32Array(0);
  /** Position of the next prefix of the same bucket, or -1. */
  next = new Int32Array(batchSize * 3);
  /** Where a batch is packed: one for all groups, or a thousand sessions that come up at once need 125 MB for a moment. */
  readonly room = new Uint8Array(packRoom);
  /** Prefixes that a batch lets go of once it is packed: from the queue, and withdrawn. */
  readonly release = new Uint32Array(batchSize * 2);
  #bucketOfSet = new Uint32Array(256);
  #set = new Uint32Array(batchSize * 3);
  #audience = new Uint32Array(batchSize * 3);
  #first = new Int32Array(batchSize * 3);
  #last = new Int32Array(batchSize * 3);
  /** The next bucket of the same set, or 0; buckets are counted from 1. */
  #sibling = new Uint32Array(batchSize * 3);
  #buckets = 0;
  #items = 0;

  /** How many things are to be said. */
  get size(): number {
    return this.#items;
  }

  /** `prefix` now has `set` for this audience; set 0 withdraws it. At most three a prefix of a batch. */
  add(prefix: number, set: number, audience: Audience): void {
    const item = this.#items++;
    this.prefixes[item] = prefix;
    this.next[item] = -1;
    const bucket = this.#bucket(set, audience, item);
    const last = this.#last[bucket]!;
    if (last !== item) {
      this.next[last] = item;
      this.#last[bucket] = item;
    }
  }

  /** As `add`, of one path of a prefix under its identifier; any number of them. */
  addPath(prefix: number, identifier: number, set: number, audience: Audience): void {
    if (this.#items === this.prefixes.length) this.#grow();
    if (this.#items >= this.identifiers.length) this.identifiers = widened(this.identifiers, this.prefixes.length);
    this.identifiers[this.#items] = identifier;
    this.add(prefix, set, audience);
  }

  /** Every bucket, withdrawals first: the set, the audience, and the position of its first prefix. */
  drain(tell: (set: number, audience: Audience, first: number) => void): void {
    const count = this.#buckets;
    for (let b = 0; b < count; b++) if (this.#set[b] === 0) tell(0, this.#audience[b]!, this.#first[b]!);
    for (let b = 0; b < count; b++) {
      if (this.#set[b] !== 0) tell(this.#set[b]!, this.#audience[b]!, this.#first[b]!);
    }
    for (let b = 0; b < count; b++) this.#bucketOfSet[this.#set[b]!] = 0;
    this.#buckets = 0;
    this.#items = 0;
  }

  /** The bucket of a set and audience; a new one begins with `item`. */
  #bucket(set: number, audience: Audience, item: number): number {
    const recent = this.#buckets - 1;
    if (recent >= 0 && this.#set[recent] === set && this.#audience[recent] === audience) return recent;
    if (set >= this.#bucketOfSet.length) this.#bucketOfSet = widened(this.#bucketOfSet, roomFor(set));
    const head = this.#bucketOfSet[set]!;
    for (let b = head; b !== 0; b = this.#sibling[b - 1]!) if (this.#audience[b - 1] === audience) return b - 1;
    const bucket = this.#buckets++;
    this.#set[bucket] = set;
    this.#audience[bucket] = audience;
    this.#first[bucket] = item;
    this.#last[bucket] = item;
    this.#sibling[bucket] = head;
    this.#bucketOfSet[set] = bucket + 1;
    return bucket;
  }

  #grow(): void {
    const capacity = this.prefixes.length * 2;
    this.prefixes = widened(this.prefixes, capacity);
    this.next = widened(this.next, capacity);
    this.#set = widened(this.#set, capacity);
    this.#audience = widened(this.#audience, capacity);
    this.#first = widened(this.#first, capacity);
    this.#last = widened(this.#last, capacity);
    this.#sibling = widened(this.#sibling, capacity);
  }
}
