const chunkBits = 20;
const chunkSize = 1 << chunkBits;

/** Empty chunks kept for the next runs instead of being given back. */
const spareChunks = 4;
const noChunk = new Uint8Array(0);

/**
 * Append-only octets in chunks of 1 MiB, so that growing never copies what is there. A run of octets (at most 64 KiB)
 * lies in one chunk and is known by its offset. A chunk comes back when its last run is released; runs that came together
 * mostly leave together. Where they do not, the owner copies what lives into a fresh arena.
 */
export class ByteArena {
  readonly #chunks: Uint8Array[] = [];
  /** Octets of each chunk that belong to runs. */
  readonly #live: number[] = [];
  /** Chunks without runs, first those that still have memory. */
  readonly #spare: number[] = [];
  readonly #gone: number[] = [];
  #at = 0;
  #end = 0;

  /** Octets of memory held. */
  get bytes(): number {
    return (this.#chunks.length - this.#gone.length) * chunkSize;
  }

  /** Octets of memory of chunks that hold runs. */
  get usedBytes(): number {
    return (this.#chunks.length - this.#gone.length - this.#spare.length) * chunkSize;
  }

  /** Keeps a copy of `buf` from `start` to `end`; the answer is its offset. */
  append(buf: Uint8Array, start: number, end: number): number {
    const length = end - start;
    if (this.#at + length > this.#end) this.#nextChunk();
    const offset = this.#at;
    const chunk = this.#chunks[offset >>> chunkBits]!;
    const base = (offset & (chunkSize - 1)) - start;
    if (length < 128) for (let i = start; i < end; i++) chunk[base + i] = buf[i]!;
    else chunk.set(buf.subarray(start, end), base + start);
    this.#at = offset + length;
    this.#live[offset >>> chunkBits]! += length;
    return offset;
  }

  /** The run of `length` octets at `offset` is no more. */
  release(offset: number, length: number): void {
    const index = offset >>> chunkBits;
    this.#live[index]! -= length;
    if (this.#live[index] === 0 && index !== (this.#end - 1) >>> chunkBits) this.#empty(index);
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

  #nextChunk(): void {
    const before = (this.#end - 1) >>> chunkBits;
    if (this.#end > 0 && this.#live[before] === 0) this.#empty(before);
    const spare = this.#spare.pop();
    const index = spare ?? this.#gone.pop() ?? this.#chunks.length;
    if (spare === undefined) this.#chunks[index] = new Uint8Array(chunkSize);
    this.#live[index] = 0;
    this.#at = index * chunkSize;
    this.#end = this.#at + chunkSize;
  }

  #empty(index: number): void {
    if (this.#spare.length < spareChunks) this.#spare.push(index);
    else {
      this.#chunks[index] = noChunk;
      this.#gone.push(index);
    }
  }
}
