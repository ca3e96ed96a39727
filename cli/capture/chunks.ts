/**
 * Octets that come in pieces, taken in records: what was pushed and not taken yet is kept, so memory is bounded by the longest
 * record and not by the input.
 */
export class Chunks {
  #buf: Uint8Array = new Uint8Array(0);
  #at = 0;

  /** More octets. */
  push(chunk: Uint8Array): void {
    const left = this.#buf.length - this.#at;
    if (left === 0) this.#buf = chunk;
    else {
      const both = new Uint8Array(left + chunk.length);
      both.set(this.#buf.subarray(this.#at));
      both.set(chunk, left);
      this.#buf = both;
    }
    this.#at = 0;
  }

  /** How many octets are there. */
  get length(): number {
    return this.#buf.length - this.#at;
  }

  /** The next `count` octets without taking them, or undefined when they are not there yet. */
  peek(count: number): Uint8Array | undefined {
    return this.length < count ? undefined : this.#buf.subarray(this.#at, this.#at + count);
  }

  /** The next `count` octets, or undefined when they are not there yet; a view, good until the next `push`. */
  take(count: number): Uint8Array | undefined {
    const octets = this.peek(count);
    if (octets) this.#at += count;
    return octets;
  }
}
