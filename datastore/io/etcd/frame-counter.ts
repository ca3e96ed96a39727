/** What a client sends before its first frame: `PRI * HTTP/2.0 …` (RFC 9113 3.4), in octets. */
const prefaceOctets = 24;
const headerOctets = 9;

/** Finds where HTTP/2 frames begin in one direction of a connection, however the octets are cut into chunks. */
export class FrameCounter {
  /** Octets to pass before the next header begins. */
  #rest: number;
  readonly #header: number[] = [];

  /** `asks`: of the side that connected, whose octets begin with the preface. */
  constructor(asks: boolean) {
    this.#rest = asks ? prefaceOctets : 0;
  }

  /** Takes a chunk; answers the offsets in it at which frames begin. */
  add(octets: Buffer): readonly number[] {
    const starts: number[] = [];
    for (let at = 0; at < octets.length; ) {
      if (this.#rest > 0) {
        const passed = Math.min(this.#rest, octets.length - at);
        this.#rest -= passed;
        at += passed;
        continue;
      }
      if (this.#header.length === 0) starts.push(at);
      this.#header.push(octets[at++]!);
      if (this.#header.length < headerOctets) continue;
      this.#rest = (this.#header[0]! << 16) | (this.#header[1]! << 8) | this.#header[2]!;
      this.#header.length = 0;
    }
    return starts;
  }
}
