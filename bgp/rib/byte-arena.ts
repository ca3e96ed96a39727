const chunkBits = 20;
const chunkSize = 1 << chunkBits;

/**
 * Append-only octets in chunks of 1 MiB, so that growing never copies what is there. A run of octets (at most 64 KiB)
 * lies in one chunk and is known by its offset. Nothing is freed one by one: the owner copies what lives into a fresh
 * arena when enough is dead.
 */
export class ByteArena {
  readonly #chunks: Uint8Array[] = [];
  #at = 0;
  #end = 0;

  /** Octets of memory held. */
  get bytes(): number {
    return this.#chunks.length * chunkSize;
  }

  /** Keeps a copy of `buf` from `start` to `end`; the answer is its offset. */
  append(buf: Uint8Array, start: number, end: number): number {
    const length = end - start;
    if (this.#at + length > this.#end) {
      this.#at = this.#chunks.length * chunkSize;
      this.#end = this.#at + chunkSize;
      this.#chunks.push(new Uint8Array(chunkSize));
    }
    const offset = this.#at;
    const chunk = this.#chunks[offset >>> chunkBits]!;
    const base = (offset & (chunkSize - 1)) - start;
    if (length < 128) for (let i = start; i < end; i++) chunk[base + i] = buf[i]!;
    else chunk.set(buf.subarray(start, end), base + start);
    this.#at = offset + length;
    return offset;
  }

  /** Whether the run at `offset` begins with `buf` from `start` to `end`. */
  holds(offset: number, buf: Uint8Array, start: number, end: number): boolean {
    const chunk = this.#chunks[offset >>> chunkBits]!;
    const base = (offset & (chunkSize - 1)) - start;
    for (let i = start; i < end; i++) if (chunk[base + i] !== buf[i]) return false;
    return true;
  }

  /** The chunk in which the run at `offset` lies; its position in it is `within(offset)`. */
  chunk(offset: number): Uint8Array {
    return this.#chunks[offset >>> chunkBits]!;
  }

  /** Where in its chunk the run at `offset` begins. */
  within(offset: number): number {
    return offset & (chunkSize - 1);
  }
}
