import { roomFor, widened } from "./column.ts";
import type { PrefixTable } from "./prefix-table.ts";

/** Prefix ids that wait for something, first in first out, each at most once. The queue holds the ids it carries. */
export class PrefixQueue {
  #waits = new Uint8Array(256);
  #ring = new Uint32Array(256);
  #head = 0;
  #tail = 0;
  readonly #prefixes: PrefixTable;

  constructor(prefixes: PrefixTable) {
    this.#prefixes = prefixes;
  }

  get size(): number {
    return this.#tail - this.#head;
  }

  get bytes(): number {
    return this.#waits.byteLength + this.#ring.byteLength;
  }

  has(prefix: number): boolean {
    return this.#waits[prefix] === 1;
  }

  push(prefix: number): void {
    if (prefix >= this.#waits.length) this.#waits = widened(this.#waits, roomFor(prefix));
    if (this.#waits[prefix] === 1) return;
    this.#waits[prefix] = 1;
    this.#prefixes.hold(prefix);
    if (this.#tail === this.#ring.length) this.#makeRoom();
    this.#ring[this.#tail++] = prefix;
  }

  /** The prefix that waits longest, or 0. Still held: the caller says `prefixes.drop` when it is done with it. */
  shift(): number {
    if (this.#head === this.#tail) return 0;
    const prefix = this.#ring[this.#head++]!;
    this.#waits[prefix] = 0;
    if (this.#head === this.#tail) {
      this.#head = 0;
      this.#tail = 0;
    }
    return prefix;
  }

  /** Forgets everything that waits. */
  clear(): void {
    for (let prefix = this.shift(); prefix !== 0; prefix = this.shift()) this.#prefixes.drop(prefix);
  }

  /** Cuts what is known by prefix to ids below `limit`, and the room to wait in when nobody waits. */
  trim(limit: number): void {
    if (roomFor(limit) < this.#waits.length) this.#waits = this.#waits.slice(0, roomFor(limit));
    if (this.size === 0 && this.#ring.length > 256) this.#ring = new Uint32Array(256);
  }

  #makeRoom(): void {
    const waiting = this.size;
    const ring = waiting * 2 > this.#ring.length ? new Uint32Array(this.#ring.length * 2) : this.#ring;
    ring.set(this.#ring.subarray(this.#head, this.#tail));
    this.#ring = ring;
    this.#head = 0;
    this.#tail = waiting;
  }
}
