import { masked, type Prefix } from "../../net/prefix.ts";
import { PrefixTrie } from "../../net/prefix-trie.ts";
import type { AttributeIntake } from "../rib/attribute-intake.ts";
import type { AttributeStore } from "../rib/attribute-store.ts";
import { roomFor, widened } from "../rib/column.ts";
import { ineligible } from "../rib/path-table.ts";
import { localPeer } from "../rib/peer-table.ts";
import type { Rib } from "../rib/rib.ts";
import type { Aggregate } from "../speaker/config.ts";
import { Tally } from "./tally.ts";

/** Identifier of aggregates among our own routes, which tells them from what is announced (0). */
const aggregateId = 1;

/** Whether a path is one that aggregation made. */
export function isAggregate({ paths }: Rib, path: number): boolean {
  return path !== 0 && paths.peer[path] === localPeer && paths.receivedId(path) === aggregateId;
}

/** Who aggregates: what AGGREGATOR says (RFC 4271 5.1.7). */
export interface Aggregator {
  readonly asn: number;
  readonly routerId: number;
}

/**
 * The aggregates of one family: each is a route of our own as long as the best route of some more specific prefix, which is
 * not itself an aggregate, lies inside it. Hears of every decision, counts, and changes what differs on `settle`.
 * Only made where aggregates are configured; then every decision costs a look into a trie.
 */
export class Aggregates {
  readonly #tallies = new PrefixTrie<Tally>();
  readonly #dirty = new Set<Tally>();
  /** The set a prefix counts with, held, by prefix id; 0: it does not count. */
  #counted = new Uint32Array(256);
  /** 1 where a summary-only aggregate stands for the prefix. */
  #suppressed = new Uint8Array(256);
  readonly #rib: Rib;
  readonly #store: AttributeStore;
  readonly #intake: AttributeIntake;
  readonly #self: Aggregator;
  /** Some aggregate keeps what lies inside it from being sent. */
  readonly suppresses: boolean;

  constructor(
    aggregates: readonly Aggregate[],
    rib: Rib,
    store: AttributeStore,
    intake: AttributeIntake,
    self: Aggregator,
  ) {
    this.#rib = rib;
    this.#store = store;
    this.#intake = intake;
    this.#self = self;
    for (const one of aggregates) this.#tallies.set(one.prefix, new Tally(one));
    this.suppresses = aggregates.some(({ summaryOnly }) => summaryOnly);
  }

  /** Whether a summary-only aggregate stands for a prefix, by id. */
  isSuppressed(prefix: number): boolean {
    return prefix < this.#suppressed.length && this.#suppressed[prefix] === 1;
  }

  /** A prefix was decided anew. */
  touch(prefix: number): void {
    const { locRib, paths, prefixes } = this.#rib;
    const path = locRib.best(prefix);
    if (prefix >= this.#counted.length) {
      this.#counted = widened(this.#counted, roomFor(prefix));
      this.#suppressed = widened(this.#suppressed, roomFor(prefix));
    }
    const target = prefixes.prefix(prefix);
    const own = this.#tallies.get(target);
    if (own) this.#dirty.add(own);
    const isAggregate = path !== 0 && paths.peer[path] === localPeer && paths.receivedId(path) === aggregateId;
    const set = path === 0 || isAggregate ? 0 : paths.attributes[path]!;
    this.#suppressed[prefix] = path !== 0 && this.suppresses && this.#isSummed(target) ? 1 : 0;
    const before = this.#counted[prefix]!;
    if (set !== before) this.#count(prefix, target, before, set);
  }

  /** Announces and withdraws what has changed. */
  settle(): void {
    if (this.#dirty.size === 0) return;
    for (const tally of this.#dirty) this.#say(tally);
    this.#dirty.clear();
  }

  #isSummed(target: Prefix): boolean {
    return this.#tallies.someCovering(target, ({ aggregate }) => {
      return aggregate.summaryOnly && aggregate.prefix.length < target.length;
    });
  }

  #count(prefix: number, target: Prefix, before: number, set: number): void {
    let isInside = false;
    for (const [outer, tally] of this.#tallies.covering(target)) {
      if (outer.length === target.length) continue;
      isInside = true;
      if (before !== 0) tally.count(before, this.#store, -1);
      if (set !== 0) tally.count(set, this.#store, 1);
      this.#dirty.add(tally);
    }
    if (!isInside) return;
    if (set !== 0) this.#store.hold(set);
    this.#counted[prefix] = set;
    if (before !== 0) this.#store.drop(before);
  }

  /** A route that is announced for the same prefix stands instead of the aggregate. */
  #say(tally: Tally): void {
    const { prefixes, paths, adjRibIn, family } = this.#rib;
    const { a, b, c, d, length } = masked(tally.aggregate.prefix);
    const known = prefixes.find(a, b, c, d, length);
    if (!tally.isActive || (known !== 0 && paths.find(known, localPeer, 0) !== 0)) {
      if (known !== 0) adjRibIn.withdraw(known, localPeer, aggregateId);
      return;
    }
    const set = this.#intake.internAttributes(tally.attributes(this.#self.asn, this.#self.routerId), family);
    this.#store.hold(set);
    adjRibIn.announce(prefixes.intern(a, b, c, d, length), localPeer, aggregateId, set, ineligible.no);
    this.#store.drop(set);
  }
}
