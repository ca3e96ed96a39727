import { decide, multipath } from "./best-path.ts";
import { roomFor, widened } from "./column.ts";
import type { Candidates } from "./decision-steps.ts";
import { PrefixQueue } from "./prefix-queue.ts";
import type { PrefixTable } from "./prefix-table.ts";

/**
 * Hears of every prefix that was decided anew. `isBestNews`: its best route is another path, has other attributes, or is
 * gone; otherwise only paths beside it may have changed, which matters where several are used (RFC 7911, multipath).
 */
export type BestListener = (prefix: number, isBestNews: boolean) => void;

/**
 * The chosen routes of one family (RFC 4271 3.2): the best path of each prefix. Touched prefixes wait until `settle`, each
 * at most once, so that many changes of one prefix cost one decision.
 */
export class LocRib {
  /** The best path that was told of, by prefix id; 0 when there is none. */
  #best = new Uint32Array(256);
  /** 1 where the path in `#best` came, changed or went since. */
  #differs = new Uint8Array(256);
  #size = 0;
  readonly #queue: PrefixQueue;
  readonly #prefixes: PrefixTable;
  readonly #candidates: Candidates;
  readonly #hear: BestListener;

  constructor(prefixes: PrefixTable, candidates: Candidates, hear: BestListener) {
    this.#prefixes = prefixes;
    this.#candidates = candidates;
    this.#hear = hear;
    this.#queue = new PrefixQueue(prefixes);
  }

  /** How many prefixes have a best route. */
  get size(): number {
    return this.#size;
  }

  /** Prefixes that wait for a decision. */
  get pending(): number {
    return this.#queue.size;
  }

  get bytes(): number {
    return this.#best.byteLength + this.#differs.byteLength + this.#queue.bytes;
  }

  /** The best path of a prefix as of now, or 0; decided on the spot when a decision waits. */
  best(prefix: number): number {
    if (prefix >= this.#best.length) return 0;
    if (!this.#queue.has(prefix)) return this.#best[prefix]!;
    // Whoever asks now acts on an answer that was never told: the next decision is news to it in any case.
    this.#differs[prefix] = 1;
    return decide(this.#candidates, prefix);
  }

  /** The paths that are as good as the best one as of now, the best one first; none without a route. Allocates. */
  multipath(prefix: number): readonly number[] {
    return multipath(this.#candidates, prefix);
  }

  /** A path of the prefix came, changed or goes; whatever was read of it before counts no more if it is the best one. */
  touch(prefix: number, path: number): void {
    if (prefix >= this.#best.length) {
      this.#best = widened(this.#best, roomFor(prefix));
      this.#differs = widened(this.#differs, roomFor(prefix));
    }
    if (this.#best[prefix] === path) this.#differs[prefix] = 1;
    this.#queue.push(prefix);
  }

  /** Decides at most `limit` of the touched prefixes, in the order in which they were first touched; how many it did. */
  settle(limit: number): number {
    let count = 0;
    for (; count < limit; count++) {
      const prefix = this.#queue.shift();
      if (prefix === 0) break;
      this.#decide(prefix);
      this.#prefixes.drop(prefix);
    }
    return count;
  }

  /** Cuts what is known by prefix to ids below `limit`. */
  trim(limit: number): void {
    this.#queue.trim(limit);
    if (roomFor(limit) >= this.#best.length) return;
    this.#best = this.#best.slice(0, roomFor(limit));
    this.#differs = this.#differs.slice(0, roomFor(limit));
  }

  #decide(prefix: number): void {
    const path = decide(this.#candidates, prefix);
    const before = this.#best[prefix]!;
    const isNews = before !== path || this.#differs[prefix] === 1;
    this.#differs[prefix] = 0;
    this.#best[prefix] = path;
    if (before === 0 && path !== 0) this.#size++;
    if (before !== 0 && path === 0) this.#size--;
    this.#hear(prefix, isNews);
  }
}
