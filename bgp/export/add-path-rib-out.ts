import { invariant } from "../../lib/error.ts";
import type { AttributeStore } from "../rib/attribute-store.ts";
import { roomFor, widened } from "../rib/column.ts";
import { noPeer } from "../rib/peer-table.ts";
import { PrefixQueue } from "../rib/prefix-queue.ts";
import type { Rib } from "../rib/rib.ts";
import { type Buckets, batchSize } from "./buckets.ts";
import type { ExportPolicy } from "./export-policy.ts";
import { choosePaths } from "./path-choice.ts";
import type { RibOut, ToldRoute } from "./rib-out.ts";
import { allBut, justFor } from "./slab.ts";

/**
 * What a group of peers with ADD-PATH was told (RFC 7911): of each prefix several paths, each under the path's number in
 * the PathTable, which is its own as long as it exists. As in `AdjRibOut` a path is not sent to the peer it came from.
 *
 * A number may come back as another path. Of the same prefix that is a replacement, as (prefix, identifier) is the key on
 * the wire; under another prefix the old entry is withdrawn as soon as the new one is met, wherever its prefix waits.
 */
export class AddPathRibOut implements RibOut {
  /** Exported set, prefix and source of what was sent under an identifier; set 0: nothing. */
  #sent = new Uint32Array(256);
  #prefix = new Uint32Array(256);
  #source = new Uint16Array(256);
  /** The identifiers sent of a prefix, a chain; 0 ends it. */
  #first = new Uint32Array(256);
  #next = new Uint32Array(256);
  /** What is to be sent under an identifier, while its prefix is looked at. */
  #wanted = new Uint32Array(256);
  #size = 0;
  #walk = 1;
  #walkEnd: number;
  #isRepeating = false;
  /** Prefixes to let go of once their batch is packed. */
  readonly #release: number[] = [];
  readonly #chosen: number[] = [];
  readonly #queue: PrefixQueue;
  readonly #rib: Rib;
  readonly #store: AttributeStore;
  readonly #policy: ExportPolicy;
  readonly #most: "all" | number;

  constructor(rib: Rib, store: AttributeStore, policy: ExportPolicy, most: "all" | number) {
    this.#rib = rib;
    this.#store = store;
    this.#policy = policy;
    this.#most = most;
    this.#queue = new PrefixQueue(rib.prefixes);
    this.#walkEnd = rib.prefixes.limit;
  }

  get size(): number {
    return this.#size;
  }

  get isSettled(): boolean {
    return this.#queue.size === 0 && this.#walk >= this.#walkEnd;
  }

  get bytes(): number {
    return this.#sent.length * 18 + this.#first.byteLength + this.#queue.bytes;
  }

  countHidden(peer: number, isOwner: (set: number) => boolean): number {
    let count = 0;
    for (let id = 1; id < this.#sent.length; id++) {
      const set = this.#sent[id]!;
      if (set !== 0 && (this.#source[id] === peer || isOwner(set))) count++;
    }
    return count;
  }

  /** The identifiers under which a prefix was sent, in no order. */
  *identifiers(prefix: number): Generator<number> {
    for (let id = this.#first[prefix] ?? 0; id !== 0; id = this.#next[id]!) yield id;
  }

  told(prefix: number): readonly ToldRoute[] {
    return [...this.identifiers(prefix)].map((id) => ({ set: this.#sent[id]!, source: this.#source[id]!, pathId: id }));
  }

  touch(prefix: number): void {
    this.#queue.push(prefix);
  }

  repeat(other: RibOut): void {
    invariant(other instanceof AddPathRibOut, "a session changes between one path and several");
    this.#sent = other.#sent.slice();
    this.#prefix = other.#prefix.slice();
    this.#source = other.#source.slice();
    this.#first = other.#first.slice();
    this.#next = other.#next.slice();
    this.#wanted = new Uint32Array(this.#sent.length);
    for (const set of this.#sent) if (set !== 0) this.#store.hold(set);
    for (let prefix = 1; prefix < this.#first.length; prefix++) {
      if (this.#first[prefix] !== 0) this.#rib.prefixes.hold(prefix);
    }
    this.#size = other.#size;
    this.#isRepeating = true;
  }

  fill(buckets: Buckets, isMember: (peer: number) => boolean): void {
    const { prefixes } = this.#rib;
    while (buckets.size < batchSize) {
      const prefix = this.#queue.shift();
      if (prefix === 0) break;
      this.#release.push(prefix);
      this.#look(prefix, buckets, isMember);
    }
    for (; buckets.size < batchSize && this.#walk < this.#walkEnd; this.#walk++) {
      if (prefixes.holds(this.#walk) > 0) this.#look(this.#walk, buckets, isMember);
    }
  }

  finish(): void {
    if (this.#walk >= this.#walkEnd) this.#isRepeating = false;
    for (const prefix of this.#release) this.#rib.prefixes.drop(prefix);
    this.#release.length = 0;
  }

  close(): void {
    this.#queue.clear();
    for (const set of this.#sent) if (set !== 0) this.#store.drop(set);
    for (let prefix = 1; prefix < this.#first.length; prefix++) {
      if (this.#first[prefix] !== 0) this.#rib.prefixes.drop(prefix);
    }
    this.#sent.fill(0);
    this.#first.fill(0);
  }

  trim(limit: number): void {
    this.#queue.trim(limit);
    if (this.#size > 0) return;
    this.#sent = new Uint32Array(256);
    this.#prefix = new Uint32Array(256);
    this.#source = new Uint16Array(256);
    this.#first = new Uint32Array(256);
    this.#next = new Uint32Array(256);
    this.#wanted = new Uint32Array(256);
  }

  #look(prefix: number, buckets: Buckets, isMember: (peer: number) => boolean): void {
    this.#reach(prefix);
    const { attributes, peer } = this.#rib.paths;
    const chosen = this.#chosen;
    const count = choosePaths(this.#rib.candidates, prefix, this.#most, chosen);
    for (let i = 0; i < count; i++) {
      const id = chosen[i]!;
      // Held while the prefix is looked at: the next set worked out may push this one out of the policy's memory.
      const set = Math.max(0, this.#policy.exported(prefix, attributes[id]!, peer[id]!));
      if (set !== 0) this.#store.hold(set);
      this.#wanted[id] = set;
    }
    this.#withdrawOthers(prefix, buckets, isMember);
    for (let i = 0; i < count; i++) {
      const id = chosen[i]!;
      const set = this.#wanted[id]!;
      if (set === 0) continue;
      if (this.#sent[id] !== 0 && this.#prefix[id] !== prefix) this.#withdraw(id, buckets, isMember);
      this.#announce(prefix, id, set, peer[id]!, buckets, isMember);
      this.#store.drop(set);
      this.#wanted[id] = 0;
    }
  }

  /** What was sent of a prefix and is not wanted any more. */
  #withdrawOthers(prefix: number, buckets: Buckets, isMember: (peer: number) => boolean): void {
    for (let id = this.#first[prefix]!; id !== 0; ) {
      const next = this.#next[id]!;
      if (this.#wanted[id] === 0) this.#withdraw(id, buckets, isMember);
      id = next;
    }
  }

  #withdraw(id: number, buckets: Buckets, isMember: (peer: number) => boolean): void {
    const prefix = this.#prefix[id]!;
    buckets.addPath(prefix, id, 0, audience(this.#source[id]!, isMember));
    this.#store.drop(this.#sent[id]!);
    this.#sent[id] = 0;
    this.#size--;
    if (this.#first[prefix] === id) this.#first[prefix] = this.#next[id]!;
    else {
      let before = this.#first[prefix]!;
      while (this.#next[before] !== id) before = this.#next[before]!;
      this.#next[before] = this.#next[id]!;
    }
    if (this.#first[prefix] === 0) this.#release.push(prefix);
  }

  #announce(
    prefix: number,
    id: number,
    set: number,
    source: number,
    buckets: Buckets,
    isMember: (peer: number) => boolean,
  ): void {
    const before = this.#sent[id]!;
    const from = this.#source[id]!;
    if (set === before && source === from && !this.#isRepeating) return;
    if (set !== before || this.#isRepeating) buckets.addPath(prefix, id, set, audience(source, isMember));
    else if (isMember(from)) buckets.addPath(prefix, id, set, justFor(from));
    if (before !== 0 && source !== from && isMember(source)) buckets.addPath(prefix, id, 0, justFor(source));
    this.#store.hold(set);
    this.#sent[id] = set;
    this.#source[id] = source;
    if (before !== 0) {
      this.#store.drop(before);
      return;
    }
    this.#prefix[id] = prefix;
    if (this.#first[prefix] === 0) this.#rib.prefixes.hold(prefix);
    this.#next[id] = this.#first[prefix]!;
    this.#first[prefix] = id;
    this.#size++;
  }

  #reach(prefix: number): void {
    if (prefix >= this.#first.length) this.#first = widened(this.#first, roomFor(prefix));
    const { limit } = this.#rib.paths;
    if (limit <= this.#sent.length) return;
    const capacity = roomFor(limit);
    this.#sent = widened(this.#sent, capacity);
    this.#prefix = widened(this.#prefix, capacity);
    this.#source = widened(this.#source, capacity);
    this.#next = widened(this.#next, capacity);
    this.#wanted = widened(this.#wanted, capacity);
  }
}

/** Everybody but the peer the route came from, who is left out only where it would hear of it. */
function audience(source: number, isMember: (peer: number) => boolean): number {
  return allBut(isMember(source) ? source : noPeer);
}
