/** What a short read means here: each caller names the error it deserves. */
export type Short = () => Error;

/**
 * A bounds-checked cursor over octets, big-endian, that never copies. No codec checks a length itself: the cursor does,
 * and throws what `short` makes.
 */
export class Reader {
  readonly #buf: Uint8Array;
  #at: number;
  readonly #end: number;
  readonly #short: Short;

  constructor(buf: Uint8Array, start: number, end: number, short: Short) {
    this.#buf = buf;
    this.#at = start;
    this.#end = Math.min(end, buf.length);
    this.#short = short;
  }

  /** Octets not yet read. */
  get left(): number {
    return this.#end - this.#at;
  }

  /** Where the next read starts, counted from the start of the underlying buffer. */
  get at(): number {
    return this.#at;
  }

  u8(): number {
    const at = this.#at;
    if (at + 1 > this.#end) throw this.#short();
    this.#at = at + 1;
    return this.#buf[at]!;
  }

  u16(): number {
    const at = this.#at;
    const b = this.#buf;
    if (at + 2 > this.#end) throw this.#short();
    this.#at = at + 2;
    return (b[at]! << 8) | b[at + 1]!;
  }

  u32(): number {
    const at = this.#at;
    const b = this.#buf;
    if (at + 4 > this.#end) throw this.#short();
    this.#at = at + 4;
    return ((b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!) >>> 0;
  }

  /** A view of the next `n` octets; the caller copies if it keeps them. */
  bytes(n: number): Uint8Array {
    const at = this.#at;
    if (n < 0 || at + n > this.#end) throw this.#short();
    this.#at = at + n;
    return this.#buf.subarray(at, at + n);
  }

  skip(n: number): void {
    if (n < 0 || this.#at + n > this.#end) throw this.#short();
    this.#at += n;
  }

  /** A child confined to the next `n` octets: a TLV can never read its neighbour. */
  sub(n: number, short: Short = this.#short): Reader {
    const at = this.#at;
    if (n < 0 || at + n > this.#end) throw this.#short();
    this.#at = at + n;
    return new Reader(this.#buf, at, at + n, short);
  }
}
