import { grown, roomFor, widened } from "./column.ts";
import { TrimGate } from "./trim-gate.ts";

const initialCapacity = 256;

/** Why a path that its peer sent may not be chosen, as a small number; 0 means that it may. */
export const ineligible = {
  no: 0,
  ownAs: 1,
  ownOriginator: 2,
  ownCluster: 3,
  filtered: 4,
  noPolicy: 5,
  ownNextHop: 6,
  routeLeak: 7,
  notFirstAs: 8,
  asSet: 9,
} as const;

/** One of the numbers of `ineligible`. */
export type Ineligible = (typeof ineligible)[keyof typeof ineligible];

/** What each number means, for people. */
export const ineligibleWhy: { readonly [R in Ineligible]: string } = {
  [ineligible.no]: "",
  [ineligible.ownAs]: "our own AS stands in AS_PATH (RFC 4271 9.1.2)",
  [ineligible.ownOriginator]: "ORIGINATOR_ID is our own router id (RFC 4456 8)",
  [ineligible.ownCluster]: "our own cluster id stands in CLUSTER_LIST (RFC 4456 8)",
  [ineligible.filtered]: "rejected by the import filter",
  [ineligible.noPolicy]: "eBGP peer without an import filter (RFC 8212)",
  [ineligible.ownNextHop]: "the next hop is an address of our own (RFC 4271 6.3)",
  [ineligible.routeLeak]: "ONLY_TO_CUSTOMER says that this peer should not have sent it: a route leak (RFC 9234 5)",
  [ineligible.notFirstAs]: "the first AS in AS_PATH is not the peer's (RFC 4271 6.3); enforceFirstAs: false takes it",
  [ineligible.asSet]: "AS_PATH has an AS_SET, and rejectAsSets is on (RFC 9774 3)",
};

/**
 * What became of a path whose peer went away or began to tell everything anew: nothing; it is kept in case the peer comes
 * back (RFC 4724 4.2); it goes; it is kept for long (RFC 9494 4.2); the peer has not told of it again yet (RFC 7313 4).
 */
export const staleness = { fresh: 0, stale: 1, condemned: 2, longLived: 3, refreshing: 4 } as const;

/**
 * Every path of a family, one entry a column: which prefix, from which peer, with which attribute set. The paths of a
 * prefix are a singly linked list without order. Ids start at 1; 16 octets a path, and 4
 * each where identifiers are used and where filters change attributes.
 */
export class PathTable {
  prefix = new Uint32Array(initialCapacity);
  /** The set after import filters: what decisions see. */
  attributes = new Uint32Array(initialCapacity);
  peer = new Uint16Array(initialCapacity);
  /** 0, or one of the numbers of `ineligible`. */
  reason = new Uint8Array(initialCapacity);
  /** One of the numbers of `staleness`. */
  stale = new Uint8Array(initialCapacity);
  next = new Uint32Array(initialCapacity);
  /** How many paths each peer has, by peer index. */
  count = new Uint32Array(16);
  /** First path of each prefix, by prefix id. */
  first = new Uint32Array(initialCapacity);
  /** Identifier the peer gave the path (RFC 7911), by path; absent until the first that is not 0. */
  #receivedId: Uint32Array | undefined;
  /** The set as it was received where filters changed it, else 0; absent until the first that is not 0. */
  #received: Uint32Array | undefined;
  /** When each path came, counted in arrivals of this table; absent unless somebody decides by it. */
  #arrival: Float64Array | undefined;
  #arrivals = 0;
  #limit = 1;
  #free = 0;
  readonly #gate = new TrimGate();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Every id in use is smaller than this; a free one has prefix 0. */
  get limit(): number {
    return this.#limit;
  }

  get bytes(): number {
    return (
      this.prefix.length * 16 +
      this.first.byteLength +
      (this.#receivedId?.byteLength ?? 0) +
      (this.#received?.byteLength ?? 0)
    );
  }

  /** Makes room for a prefix id. */
  reach(prefix: number): void {
    if (prefix >= this.first.length) this.first = widened(this.first, roomFor(prefix));
  }

  /** The path of a prefix that `peer` sent under `receivedId`, or 0. */
  find(prefix: number, peer: number, receivedId: number): number {
    if (prefix >= this.first.length) return 0;
    for (let path = this.first[prefix]!; path !== 0; path = this.next[path]!) {
      if (this.peer[path] === peer && this.receivedId(path) === receivedId) return path;
    }
    return 0;
  }

  receivedId(path: number): number {
    return this.#receivedId === undefined ? 0 : this.#receivedId[path]!;
  }

  /** The set as the peer sent it. */
  received(path: number): number {
    return (this.#received === undefined ? 0 : this.#received[path]!) || this.attributes[path]!;
  }

  /** The set as received when it is not the one that decisions see, else 0. */
  filteredFrom(path: number): number {
    return this.#received === undefined ? 0 : this.#received[path]!;
  }

  /** Remembers the set as received, 0 when decisions see the same. Who holds it is the caller's affair. */
  setFilteredFrom(path: number, set: number): void {
    if (set !== 0) this.#received ??= new Uint32Array(this.prefix.length);
    if (this.#received !== undefined) this.#received[path] = set;
  }

  /** From now on it is known which of two paths came first. */
  trackArrival(): void {
    this.#arrival ??= new Float64Array(this.prefix.length);
  }

  /** A number that is smaller for a path that came earlier; 0 for all unless `trackArrival` was called. */
  arrival(path: number): number {
    return this.#arrival === undefined ? 0 : this.#arrival[path]!;
  }

  /** The path is another one now: it has just come. */
  renew(path: number): void {
    if (this.#arrival !== undefined) this.#arrival[path] = ++this.#arrivals;
  }

  add(prefix: number, peer: number, receivedId: number, attributes: number): number {
    const path = this.#newId();
    this.prefix[path] = prefix;
    this.peer[path] = peer;
    this.attributes[path] = attributes;
    this.reason[path] = 0;
    this.stale[path] = 0;
    this.next[path] = this.first[prefix]!;
    this.first[prefix] = path;
    if (peer >= this.count.length) this.count = widened(this.count, roomFor(peer));
    this.count[peer]!++;
    if (receivedId !== 0) this.#receivedId ??= new Uint32Array(this.prefix.length);
    if (this.#receivedId !== undefined) this.#receivedId[path] = receivedId;
    if (this.#received !== undefined) this.#received[path] = 0;
    this.renew(path);
    this.#size++;
    return path;
  }

  remove(path: number): void {
    const prefix = this.prefix[path]!;
    let at = this.first[prefix]!;
    if (at === path) this.first[prefix] = this.next[path]!;
    else {
      while (this.next[at] !== path) at = this.next[at]!;
      this.next[at] = this.next[path]!;
    }
    this.prefix[path] = 0;
    this.count[this.peer[path]!]!--;
    this.next[path] = this.#free;
    this.#free = path;
    this.#size--;
  }

  /** Gives memory back where few paths are left and the highest ids are free. No path may be remembered elsewhere by id. */
  trim(): void {
    if (!this.#gate.opens(this.#size, this.prefix.length)) return;
    let limit = this.#limit;
    while (limit > 1 && this.prefix[limit - 1] === 0) limit--;
    const capacity = roomFor(limit - 1);
    if (capacity < this.prefix.length) this.#cut(capacity, limit);
  }

  /** Cuts what is known by prefix to ids below `limit`. */
  trimPrefixes(limit: number): void {
    if (roomFor(limit) < this.first.length) this.first = this.first.slice(0, roomFor(limit));
  }

  #cut(capacity: number, limit: number): void {
    this.prefix = this.prefix.slice(0, capacity);
    this.attributes = this.attributes.slice(0, capacity);
    this.peer = this.peer.slice(0, capacity);
    this.reason = this.reason.slice(0, capacity);
    this.stale = this.stale.slice(0, capacity);
    this.next = this.next.slice(0, capacity);
    this.#receivedId = this.#size === 0 ? undefined : this.#receivedId?.slice(0, capacity);
    this.#received = this.#size === 0 ? undefined : this.#received?.slice(0, capacity);
    this.#arrival = this.#arrival?.slice(0, capacity);
    this.#limit = limit;
    this.#free = 0;
    for (let id = limit - 1; id > 0; id--) {
      if (this.prefix[id] !== 0) continue;
      this.next[id] = this.#free;
      this.#free = id;
    }
  }

  #newId(): number {
    const reused = this.#free;
    if (reused !== 0) {
      this.#free = this.next[reused]!;
      return reused;
    }
    const id = this.#limit++;
    if (id === this.prefix.length) {
      this.prefix = widened(this.prefix, grown(id));
      this.attributes = widened(this.attributes, grown(id));
      this.peer = widened(this.peer, grown(id));
      this.reason = widened(this.reason, grown(id));
      this.stale = widened(this.stale, grown(id));
      this.next = widened(this.next, grown(id));
      if (this.#receivedId !== undefined) this.#receivedId = widened(this.#receivedId, grown(id));
      if (this.#received !== undefined) this.#received = widened(this.#received, grown(id));
      if (this.#arrival !== undefined) this.#arrival = widened(this.#arrival, grown(id));
    }
    return id;
  }
}
