import { attributeBit } from "./attribute-columns.ts";
import type { AttributeStore } from "./attribute-store.ts";
import type { LocRib } from "./loc-rib.ts";
import { LongLivedSets } from "./long-lived-sets.ts";
import { type Ineligible, type PathTable, staleness } from "./path-table.ts";
import type { PrefixTable } from "./prefix-table.ts";

/** A new attribute set takes as long as looking at so many paths. */
const agingCost = 15;

/**
 * The routes of one family as peers sent them (RFC 4271 3.2), all peers in one table. Every change marks the prefix in
 * the Loc-RIB; nothing is decided here. Words of a prefix as in `PrefixTable`.
 */
export class AdjRibIn {
  /** The next path that a sweep looks at; everything before the end of a sweep lies behind it. */
  #sweepAt = 0xffffffff;
  /** What long-lived stale paths carry. */
  readonly longLived: LongLivedSets;
  readonly #prefixes: PrefixTable;
  readonly #paths: PathTable;
  readonly #attributes: AttributeStore;
  readonly #loc: LocRib;

  constructor(prefixes: PrefixTable, paths: PathTable, attributes: AttributeStore, loc: LocRib) {
    this.#prefixes = prefixes;
    this.#paths = paths;
    this.#attributes = attributes;
    this.#loc = loc;
    this.longLived = new LongLivedSets(attributes);
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
   * The peer went away and may come back: its paths are stale (RFC 4724 4.2), those that were so before remain what they
   * are. O(paths of the family), without touching a prefix, as is everything here that marks.
   */
  markStale(peer: number): void {
    const { limit, prefix, peer: peers, stale } = this.#paths;
    for (let path = 1; path < limit; path++) {
      if (prefix[path] === 0 || peers[path] !== peer) continue;
      if (stale[path] === staleness.fresh || stale[path] === staleness.refreshing) stale[path] = staleness.stale;
    }
  }

  /**
   * The stale paths of a peer become long-lived stale (RFC 9494 4.2): `sweep` gives them LLGR_STALE bit by bit, or takes
   * them away where NO_LLGR forbids to keep them.
   */
  markLongLived(peer: number): void {
    const { limit, prefix, peer: peers, stale, attributes } = this.#paths;
    const { flags } = this.#attributes.columns;
    for (let path = 1; path < limit; path++) {
      if (prefix[path] === 0 || peers[path] !== peer || stale[path] !== staleness.stale) continue;
      const mayStay = (flags[attributes[path]!]! & attributeBit.noLlgr) === 0;
      stale[path] = mayStay ? staleness.longLived : staleness.condemned;
    }
    this.#sweepAt = 1;
  }

  /** The peer is about to tell everything again (RFC 7313 4, BoRR): what it has told so far waits for that. */
  beginRefresh(peer: number): void {
    const { limit, prefix, peer: peers, stale } = this.#paths;
    for (let path = 1; path < limit; path++) {
      if (prefix[path] === 0 || peers[path] !== peer) continue;
      if (stale[path] === staleness.fresh) stale[path] = staleness.refreshing;
    }
  }

  /** The peer has told everything again (RFC 7313 4, EoRR): what it did not tell of goes. */
  endRefresh(peer: number): void {
    this.#condemn(peer, (how) => how === staleness.refreshing);
  }

  /** Gives up the paths of a peer, or only its stale ones: `sweep` takes them away bit by bit. */
  condemn(peer: number, onlyStale: boolean): void {
    this.#condemn(peer, (how) => !onlyStale || how === staleness.stale || how === staleness.longLived);
  }

  #condemn(peer: number, goes: (staleness: number) => boolean): void {
    const { limit, prefix, peer: peers, stale } = this.#paths;
    for (let path = 1; path < limit; path++) {
      if (prefix[path] !== 0 && peers[path] === peer && goes(stale[path]!)) stale[path] = staleness.condemned;
    }
    this.#sweepAt = 1;
  }

  /** Deals with condemned and long-lived paths among the next `count`, fewer when they are many; whether some may be left. */
  sweep(count: number): boolean {
    const { limit, prefix, stale } = this.#paths;
    let left = count;
    let path = this.#sweepAt;
    for (; path < limit && left > 0; path++, left--) {
      if (stale[path]! < staleness.condemned || prefix[path] === 0) continue;
      if (stale[path] === staleness.condemned) this.remove(path);
      else if (stale[path] === staleness.longLived && this.#age(path)) left -= agingCost;
    }
    this.#sweepAt = path < limit ? path : 0xffffffff;
    return path < limit;
  }

  /** A path that is long-lived stale carries LLGR_STALE from now on; what the peer sent is remembered. Whether it did not. */
  #age(path: number): boolean {
    const set = this.#paths.attributes[path]!;
    const aged = this.longLived.of(set);
    if (aged === set) return false;
    this.#attributes.hold(aged);
    this.replace(path, aged, this.#paths.reason[path] as Ineligible, this.#paths.received(path));
    this.#attributes.drop(aged);
    return true;
  }

  /** Whether `sweep` has something to do. */
  get isSweeping(): boolean {
    return this.#sweepAt < this.#paths.limit;
  }
}
