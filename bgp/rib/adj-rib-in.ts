import type { AttributeStore } from "./attribute-store.ts";
import type { LocRib } from "./loc-rib.ts";
import { type Ineligible, type PathTable, staleness } from "./path-table.ts";
import type { PrefixTable } from "./prefix-table.ts";

/**
 * The routes of one family as peers sent them (RFC 4271 3.2), all peers in one table. Every change marks the prefix in
 * the Loc-RIB; nothing is decided here. Words of a prefix as in `PrefixTable`.
 */
export class AdjRibIn {
  /** The next path that a sweep looks at; everything before the end of a sweep lies behind it. */
  #sweepAt = 0xffffffff;
  readonly #prefixes: PrefixTable;
  readonly #paths: PathTable;
  readonly #attributes: AttributeStore;
  readonly #loc: LocRib;

  constructor(prefixes: PrefixTable, paths: PathTable, attributes: AttributeStore, loc: LocRib) {
    this.#prefixes = prefixes;
    this.#paths = paths;
    this.#attributes = attributes;
    this.#loc = loc;
  }

  /**
   * The peer has this path now, instead of what it had under the same prefix and identifier: decisions see `set`, the peer
   * sent `received`. Answers 1 when it is an additional path, 0 when it replaces one.
   */
  announce(prefix: number, peer: number, receivedId: number, set: number, reason: Ineligible, received = set): number {
    const paths = this.#paths;
    paths.reach(prefix);
    const known = paths.find(prefix, peer, receivedId);
    if (known !== 0) {
      paths.stale[known] = staleness.fresh;
      this.replace(known, set, reason, received);
      return 0;
    }
    if (paths.first[prefix] === 0) this.#prefixes.hold(prefix);
    const path = paths.add(prefix, peer, receivedId, set);
    paths.reason[path] = reason;
    this.#attributes.hold(set);
    if (received !== set) this.#keepReceived(path, received);
    this.#loc.touch(prefix, path);
    return 1;
  }

  /** A path has these sets now, as decisions see it and as the peer sent it; nothing happens when it had them. */
  replace(path: number, set: number, reason: Ineligible, received: number): void {
    const paths = this.#paths;
    const from = received === set ? 0 : received;
    if (paths.filteredFrom(path) !== from) this.#keepReceived(path, from);
    const before = paths.attributes[path]!;
    if (before === set && paths.reason[path] === reason) return;
    this.#attributes.hold(set);
    paths.attributes[path] = set;
    paths.reason[path] = reason;
    if (before !== set) paths.renew(path);
    this.#attributes.drop(before);
    this.#loc.touch(paths.prefix[path]!, path);
  }

  #keepReceived(path: number, received: number): void {
    const before = this.#paths.filteredFrom(path);
    if (received !== 0) this.#attributes.hold(received);
    this.#paths.setFilteredFrom(path, received);
    if (before !== 0) this.#attributes.drop(before);
  }

  /** The peer has this path no more; whether it had it. */
  withdraw(prefix: number, peer: number, receivedId: number): boolean {
    const path = this.#paths.find(prefix, peer, receivedId);
    if (path === 0) return false;
    this.remove(path);
    return true;
  }

  /** Takes a path away. */
  remove(path: number): void {
    const prefix = this.#paths.prefix[path]!;
    this.#loc.touch(prefix, path);
    this.#keepReceived(path, 0);
    this.#attributes.drop(this.#paths.attributes[path]!);
    this.#paths.remove(path);
    if (this.#paths.first[prefix] === 0) this.#prefixes.drop(prefix);
  }

  /**
   * The peer went away and may come back: marks its paths as stale (RFC 4724 4.2). What was stale already goes, because
   * nobody keeps routes over two restarts. O(paths of the family), without touching a prefix.
   */
  markStale(peer: number): void {
    const { limit, prefix, peer: peers, stale } = this.#paths;
    for (let path = 1; path < limit; path++) {
      if (prefix[path] === 0 || peers[path] !== peer) continue;
      stale[path] = stale[path] === staleness.fresh ? staleness.stale : staleness.condemned;
    }
  }

  /** The stale paths of a peer become long-lived stale (RFC 9494 4.2): with LLGR_STALE, or gone where NO_LLGR forbids it. */
  markLongLived(peer: number): void {
    this.condemn(peer, true);
  }

  /** Gives up the paths of a peer, or only its stale ones: `sweep` takes them away bit by bit. */
  condemn(peer: number, onlyStale: boolean): void {
    const { limit, prefix, peer: peers, stale } = this.#paths;
    for (let path = 1; path < limit; path++) {
      if (prefix[path] === 0 || peers[path] !== peer) continue;
      if (!onlyStale || stale[path] !== staleness.fresh) stale[path] = staleness.condemned;
    }
    this.#sweepAt = 1;
  }

  /** Removes condemned paths among the next `count`; whether some may be left. */
  sweep(count: number): boolean {
    const { limit, prefix, stale } = this.#paths;
    const end = Math.min(limit, this.#sweepAt + count);
    for (let path = this.#sweepAt; path < end; path++) {
      if (prefix[path] !== 0 && stale[path] === staleness.condemned) this.remove(path);
    }
    this.#sweepAt = end < limit ? end : 0xffffffff;
    return end < limit;
  }

  /** Whether `sweep` has something to do. */
  get isSweeping(): boolean {
    return this.#sweepAt < this.#paths.limit;
  }
}
