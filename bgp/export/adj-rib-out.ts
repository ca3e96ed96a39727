import { invariant } from "../../lib/error.ts";
import type { AttributeStore } from "../rib/attribute-store.ts";
import { roomFor, widened } from "../rib/column.ts";
import { noPeer } from "../rib/peer-table.ts";
import { PrefixQueue } from "../rib/prefix-queue.ts";
import type { Rib } from "../rib/rib.ts";
import { type Buckets, batchSize } from "./buckets.ts";
import type { ExportPolicy } from "./export-policy.ts";
import type { RibOut, ToldRoute } from "./rib-out.ts";
import { allBut, justFor } from "./slab.ts";

/**
 * What a group of peers was told of each prefix (RFC 4271 3.2), once for all of them: the exported attribute set, and the
 * peer it came from, who alone was not told. Prefixes that may differ from that wait, each once; a batch of them is held
 * against the Loc-RIB of the moment, so that many changes cost one message and no change costs none.
 */
export class AdjRibOut implements RibOut {
  #sent = new Uint32Array(256);
  #source = new Uint16Array(256);
  #size = 0;
  /** Everything that was there at the start has to be looked at once: the next prefix id, beside the queue. */
  #walk = 1;
  #walkEnd: number;
  /** Until the walk is over, also what was sent before is said again. */
  #isRepeating = false;
  /** Prefixes to let go of once their batch is packed, in the room of the buckets that all groups use in turn. */
  #release = new Uint32Array(0);
  #releases = 0;
  readonly #queue: PrefixQueue;
  readonly #rib: Rib;
  readonly #store: AttributeStore;
  readonly #policy: ExportPolicy;

  constructor(rib: Rib, store: AttributeStore, policy: ExportPolicy) {
    this.#rib = rib;
    this.#store = store;
    this.#policy = policy;
    this.#queue = new PrefixQueue(rib.prefixes);
    this.#walkEnd = rib.prefixes.limit;
  }

  /** How many prefixes the group was told of. */
  get size(): number {
    return this.#size;
  }

  /** Whether nothing is left to be looked at. */
  get isSettled(): boolean {
    return this.#queue.size === 0 && this.#walk >= this.#walkEnd;
  }

  get bytes(): number {
    return this.#sent.byteLength + this.#source.byteLength + this.#queue.bytes;
  }

  countHidden(peer: number, isOwner: (set: number) => boolean): number {
    let count = 0;
    for (let prefix = 1; prefix < this.#sent.length; prefix++) {
      const set = this.#sent[prefix]!;
      if (set !== 0 && (this.#source[prefix] === peer || isOwner(set))) count++;
    }
    return count;
  }

  told(prefix: number): readonly ToldRoute[] {
    const set = prefix < this.#sent.length ? this.#sent[prefix]! : 0;
    return set === 0 ? [] : [{ set, source: this.#source[prefix]!, pathId: 0 }];
  }

  /** The best route of a prefix changed. */
  touch(prefix: number): void {
    this.#queue.push(prefix);
  }

  /** Begins with what another group has sent, to say all of it again: for a peer that leaves that group. */
  repeat(other: RibOut): void {
    invariant(other instanceof AdjRibOut, "a session changes between several paths and one");
    this.#sent = other.#sent.slice();
    this.#source = other.#source.slice();
    for (let prefix = 1; prefix < this.#sent.length; prefix++) {
      if (this.#sent[prefix] === 0) continue;
      this.#store.hold(this.#sent[prefix]!);
      this.#rib.prefixes.hold(prefix);
      this.#size++;
    }
    this.#isRepeating = true;
  }

  /**
   * Takes a batch of what waits and puts what has to be said of it into the buckets; `isMember` by peer index. The
   * prefixes stay what they are until `finish`.
   */
  fill(buckets: Buckets, isMember: (peer: number) => boolean): void {
    const { prefixes } = this.#rib;
    this.#release = buckets.release;
    let count = 0;
    for (; count < batchSize; count++) {
      const prefix = this.#queue.shift();
      if (prefix === 0) break;
      this.#release[this.#releases++] = prefix;
      this.#look(prefix, buckets, isMember);
    }
    for (; count < batchSize && this.#walk < this.#walkEnd; this.#walk++) {
      if (prefixes.holds(this.#walk) === 0) continue;
      this.#look(this.#walk, buckets, isMember);
      count++;
    }
  }

  /** The batch is packed. */
  finish(): void {
    if (this.#walk >= this.#walkEnd) this.#isRepeating = false;
    for (let i = 0; i < this.#releases; i++) this.#rib.prefixes.drop(this.#release[i]!);
    this.#releases = 0;
  }

  /** Cuts what is known by prefix to ids below `limit`, which are all there are. */
  trim(limit: number): void {
    this.#queue.trim(limit);
    if (roomFor(limit) >= this.#sent.length) return;
    this.#sent = this.#sent.slice(0, roomFor(limit));
    this.#source = this.#source.slice(0, roomFor(limit));
  }

  /** The group is no more. */
  close(): void {
    this.#queue.clear();
    for (let prefix = 1; prefix < this.#sent.length; prefix++) {
      if (this.#sent[prefix] === 0) continue;
      this.#store.drop(this.#sent[prefix]!);
      this.#rib.prefixes.drop(prefix);
      this.#sent[prefix] = 0;
    }
  }

  #look(prefix: number, buckets: Buckets, isMember: (peer: number) => boolean): void {
    if (prefix >= this.#sent.length) {
      this.#sent = widened(this.#sent, roomFor(prefix));
      this.#source = widened(this.#source, roomFor(prefix));
    }
    const { attributes, peer } = this.#rib.paths;
    const path = this.#rib.locRib.best(prefix);
    const source = path === 0 ? noPeer : peer[path]!;
    const set = path === 0 ? 0 : Math.max(0, this.#policy.exported(prefix, attributes[path]!, source));
    const before = this.#sent[prefix]!;
    const from = this.#source[prefix]!;
    if (set === before && (set === 0 || (source === from && !this.#isRepeating))) return;
    if (set === 0) buckets.add(prefix, 0, audience(from, isMember));
    else if (set !== before || this.#isRepeating) buckets.add(prefix, set, audience(source, isMember));
    else if (isMember(from)) buckets.add(prefix, set, justFor(from));
    if (set !== 0 && before !== 0 && source !== from && isMember(source)) buckets.add(prefix, 0, justFor(source));
    this.#record(prefix, set, source);
  }

  #record(prefix: number, set: number, source: number): void {
    const before = this.#sent[prefix]!;
    if (set !== 0) this.#store.hold(set);
    this.#sent[prefix] = set;
    this.#source[prefix] = source;
    if (before !== 0) this.#store.drop(before);
    if (before === 0) {
      this.#rib.prefixes.hold(prefix);
      this.#size++;
    } else if (set === 0) {
      this.#release[this.#releases++] = prefix;
      this.#size--;
    }
  }
}

/** Everybody but the peer the route came from, who is left out only where it would hear of it. */
function audience(source: number, isMember: (peer: number) => boolean): number {
  return allBut(isMember(source) ? source : noPeer);
}
