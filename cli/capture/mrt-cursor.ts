/** Reads numbers of a record one behind the other; beyond its end everything is 0 and empty, and `isShort` says so. */
export class MrtCursor {
  isShort = false;
  #at = 0;
  readonly #octets: Uint8Array;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  /** Octets that are left. */
  get left(): number {
    return this.#octets.length - this.#at;
  }

  u8(): number {
    if (this.left < 1) this.isShort = true;
    return this.#octets[this.#at++] ?? 0;
  }

  u16(): number {
    return this.u8() * 256 + this.u8();
  }

  u32(): number {
    return this.u16() * 65536 + this.u16();
  }

  /** The next octets, fewer when there are no more. */
  take(count: number): Uint8Array {
    if (count > this.left) this.isShort = true;
    const octets = this.#octets.subarray(this.#at, this.#at + count);
    this.#at += count;
    return octets;
  }
}
