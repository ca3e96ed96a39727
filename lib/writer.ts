/** Append-only octets, big-endian, with length fields patched afterwards. Grows as needed; meant to be reused. */
export class Writer {
  #buf: Uint8Array;
  #at = 0;

  constructor(capacity = 256) {
    this.#buf = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#at;
  }

  reset(): this {
    this.#at = 0;
    return this;
  }

  u8(v: number): this {
    this.#room(1);
    this.#buf[this.#at++] = v;
    return this;
  }

  u16(v: number): this {
    this.#room(2);
    this.#buf[this.#at++] = v >>> 8;
    this.#buf[this.#at++] = v;
    return this;
  }

  u32(v: number): this {
    this.#room(4);
    const b = this.#buf;
    b[this.#at++] = v >>> 24;
    b[this.#at++] = v >>> 16;
    b[this.#at++] = v >>> 8;
    b[this.#at++] = v;
    return this;
  }

  bytes(v: Uint8Array): this {
    this.#room(v.length);
    this.#buf.set(v, this.#at);
    this.#at += v.length;
    return this;
  }

  /** Writes a one-octet length in front of whatever `body` writes; the caller vouches for at most 255 octets. */
  sized8(body: (w: this) => void): this {
    const mark = this.#at;
    this.u8(0);
    body(this);
    this.#buf[mark] = this.#at - mark - 1;
    return this;
  }

  /** Writes a two-octet length in front of whatever `body` writes. */
  sized16(body: (w: this) => void): this {
    const mark = this.#at;
    this.u16(0);
    body(this);
    return this.patch16(mark, this.#at - mark - 2);
  }

  patch16(at: number, v: number): this {
    this.#buf[at] = v >>> 8;
    this.#buf[at + 1] = v;
    return this;
  }

  /** A view of the octets so far; valid until the next write. */
  view(): Uint8Array {
    return this.#buf.subarray(0, this.#at);
  }

  /** The octets so far, copied, and the writer emptied: safe to hand to a socket. */
  take(): Uint8Array {
    const out = this.#buf.slice(0, this.#at);
    this.#at = 0;
    return out;
  }

  #room(n: number): void {
    if (this.#at + n <= this.#buf.length) return;
    const grown = new Uint8Array(Math.max(this.#buf.length * 2, this.#at + n));
    grown.set(this.#buf.subarray(0, this.#at));
    this.#buf = grown;
  }
}
