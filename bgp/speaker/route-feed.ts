import { isAggregate } from "../aggregate/aggregates.ts";
import { roomFor, widened } from "../rib/column.ts";
import { PrefixQueue } from "../rib/prefix-queue.ts";
import type { Rib } from "../rib/rib.ts";
import { type Forwarding, nextHopText } from "./forwarding.ts";
import type { RouteChange, RouteNextHop, RouteSink } from "./ports.ts";

/** Prefixes looked at, and changes handed over, at once. */
const batchSize = 4096;

/** Several next hops that prefixes were told to have, shared by all of them. */
interface ToldHops {
  readonly text: string;
  readonly hops: readonly RouteNextHop[];
  prefixes: number;
}

/**
 * Tells one family's best routes to the sink: changed prefixes wait, each once, while a batch is under way. Where several
 * next hops are used, the sink hears of a prefix only when the set of them is another one.
 */
export class RouteFeed {
  readonly #rib: Rib;
  readonly #sink: RouteSink;
  readonly #queue: PrefixQueue;
  readonly #forwardingOf: (prefix: number) => Forwarding;
  readonly #onRoom: () => void;
  /** 1 where the best route is news, by prefix id; 0 where only paths beside it may have changed. */
  #isBestNews = new Uint8Array(256);
  /** Prefixes that were told more than one next hop; each is held. */
  readonly #told = new Map<number, ToldHops>();
  readonly #sets = new Map<string, ToldHops>();
  #isBusy = false;
  #owesInSync = false;

  /** `onRoom` is called when the feed can be pumped again. */
  constructor(rib: Rib, sink: RouteSink, forwardingOf: (prefix: number) => Forwarding, onRoom: () => void) {
    this.#rib = rib;
    this.#sink = sink;
    this.#queue = new PrefixQueue(rib.prefixes);
    this.#forwardingOf = forwardingOf;
    this.#onRoom = onRoom;
  }

  get bytes(): number {
    return this.#queue.bytes + this.#isBestNews.byteLength;
  }

  /** A prefix was decided anew; see `BestListener`. */
  touch(prefix: number, isBestNews: boolean): void {
    this.#queue.push(prefix);
    if (!isBestNews) return;
    if (prefix >= this.#isBestNews.length) this.#isBestNews = widened(this.#isBestNews, roomFor(prefix));
    this.#isBestNews[prefix] = 1;
  }

  /** Cuts what is known by prefix to ids below `limit`, which are all there are. */
  trim(limit: number): void {
    this.#queue.trim(limit);
    if (roomFor(limit) < this.#isBestNews.length) this.#isBestNews = this.#isBestNews.slice(0, roomFor(limit));
  }

  /** Everything that can be known was told by the peers; the sink hears of it behind all changes. */
  inSync(): void {
    this.#owesInSync = true;
  }

  /** Hands over a batch if the sink is ready for one. */
  pump(): void {
    if (this.#isBusy) return;
    if (this.#queue.size === 0) {
      if (this.#owesInSync) this.#sink.inSync(this.#rib.family);
      this.#owesInSync = false;
      return;
    }
    const changes: RouteChange[] = [];
    for (let i = 0; i < batchSize; i++) {
      const prefix = this.#queue.shift();
      if (prefix === 0) break;
      const nextHops = this.#news(prefix);
      if (nextHops) changes.push(this.#change(prefix, nextHops));
      this.#rib.prefixes.drop(prefix);
    }
    if (changes.length === 0) {
      this.#onRoom();
      return;
    }
    this.#isBusy = true;
    this.#sink.apply(changes, () => {
      this.#isBusy = false;
      this.#onRoom();
    });
  }

  #change(id: number, nextHops: readonly RouteNextHop[]): RouteChange {
    const { locRib, prefixes } = this.#rib;
    const prefix = prefixes.prefix(id);
    const isDiscard = nextHops.length === 0 && isAggregate(this.#rib, locRib.best(id));
    return isDiscard ? { prefix, nextHops, discard: true } : { prefix, nextHops };
  }

  /** The next hops of a prefix if the sink does not know them. */
  #news(prefix: number): readonly RouteNextHop[] | undefined {
    const isBestNews = this.#isBestNews[prefix] === 1;
    if (isBestNews) this.#isBestNews[prefix] = 0;
    const { hops } = this.#forwardingOf(prefix);
    const told = this.#told.get(prefix);
    if (hops.length < 2) {
      if (told) this.#forget(prefix, told);
      return told || isBestNews ? hops : undefined;
    }
    const text = hops.map(nextHopText).join(" ");
    if (told?.text === text) return undefined;
    if (told) this.#forget(prefix, told);
    const set = this.#sets.get(text) ?? { text, hops, prefixes: 0 };
    set.prefixes++;
    this.#sets.set(text, set);
    this.#told.set(prefix, set);
    this.#rib.prefixes.hold(prefix);
    return set.hops;
  }

  #forget(prefix: number, told: ToldHops): void {
    this.#told.delete(prefix);
    if (--told.prefixes === 0) this.#sets.delete(told.text);
    this.#rib.prefixes.drop(prefix);
  }
}
