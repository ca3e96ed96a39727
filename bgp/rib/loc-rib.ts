import { decide } from "./best-path.ts";
import { widened } from "./column.ts";
import type { Candidates } from "./decision-steps.ts";
import { roomFor } from "./path-table.ts";
import type { PrefixTable } from "./prefix-table.ts";

const mayDiffer = 1;
const differs = 2;

/** Hears of a prefix whose best route changed: another path, other attributes, or none at all. */
export type BestListener = (prefix: number) => void;

/**
 * The chosen routes of one family (RFC 4271 3.2): the best path of each prefix. Touched prefixes wait until `settle`, each
 * at most once, so that many changes of one prefix cost one decision.
 */
export class LocRib {
  /** The best path that was told of, by prefix id; 0 when there is none. */
  #best = new Uint32Array(256);
  /** 0 at rest; `mayDiffer`, or `differs` when the best path itself changed. */
  #touched = new Uint8Array(256);
  #queue = new Uint32Array(256);
  #head = 0;
  #tail = 0;
  #size = 0;
  readonly #prefixes: PrefixTable;
  readonly #candidates: Candidates;
  readonly #hear: BestListener;

  constructor(prefixes: PrefixTable, candidates: Candidates, hear: BestListener) {
    this.#prefixes = prefixes;
    this.#candidates = candidates;
    this.#hear = hear;
  }

  /** How many prefixes have a best route. */
  get size(): number {
    return this.#size;
  }

  /** Prefixes that wait for a decision. */
  get pending(): number {
    return this.#tail - this.#head;
  }

  get bytes(): number {
    return this.#best.byteLength + this.#touched.byteLength + this.#queue.byteLength;
  }

  /** The best path of a prefix as of now, or 0; decided on the spot when a decision waits. */
  best(prefix: number): number {
    if (prefix >= this.#best.length) return 0;
    return this.#touched[prefix] === 0 ? this.#best[prefix]! : decide(this.#candidates, prefix);
  }

  /** A path of the prefix came, changed or goes; whatever was read of it before counts no more if it is the best one. */
  touch(prefix: number, path: number): void {
    if (prefix >= this.#touched.length) this.#grow(prefix);
    const before = this.#touched[prefix]!;
    if (this.#best[prefix] === path) this.#touched[prefix] = differs;
    if (before !== 0) return;
    if (this.#touched[prefix] === 0) this.#touched[prefix] = mayDiffer;
    this.#prefixes.hold(prefix);
    if (this.#tail === this.#queue.length) this.#makeRoom();
    this.#queue[this.#tail++] = prefix;
  }

  /** Decides at most `limit` of the touched prefixes, in the order in which they were first touched; how many it did. */
  settle(limit: number): number {
    const end = Math.min(this.#tail, this.#head + limit);
    const count = end - this.#head;
    for (; this.#head < end; this.#head++) this.#decide(this.#queue[this.#head]!);
    if (this.#head === this.#tail) {
      this.#head = 0;
      this.#tail = 0;
    }
    return count;
  }

  #decide(prefix: number): void {
    const path = decide(this.#candidates, prefix);
    const before = this.#best[prefix]!;
    const isNews = before !== path || this.#touched[prefix] === differs;
    this.#touched[prefix] = 0;
    this.#best[prefix] = path;
    if (before === 0 && path !== 0) this.#size++;
    if (before !== 0 && path === 0) this.#size--;
    if (isNews && (before !== 0 || path !== 0)) this.#hear(prefix);
    this.#prefixes.drop(prefix);
  }

  #grow(prefix: number): void {
    const capacity = roomFor(prefix);
    this.#best = widened(this.#best, capacity);
    this.#touched = widened(this.#touched, capacity);
  }

  #makeRoom(): void {
    const waiting = this.#tail - this.#head;
    const queue = waiting * 2 > this.#queue.length ? new Uint32Array(this.#queue.length * 2) : this.#queue;
    queue.set(this.#queue.subarray(this.#head, this.#tail));
    this.#queue = queue;
    this.#head = 0;
    this.#tail = waiting;
  }
}
