import type { Family } from "../../net/family.ts";

/**
 * Walks the prefixes of an NLRI range without making objects: `start`, then `next` until it answers false, reading the
 * fields between. The range must be well formed, as every range of an UpdateScan is.
 */
export class NlriCursor {
  /** Path identifier (RFC 7911), or 0 where the session has none. */
  pathId = 0;
  /** Prefix length; host bits of the words are cleared. */
  length = 0;
  a = 0;
  b = 0;
  c = 0;
  d = 0;
  #buf: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;
  #ipv6 = false;
  #addPath = false;

  /** Begins a range; the buffer must stay as it is until the walk is over. */
  start(buf: Uint8Array, start: number, end: number, family: Family, addPath: boolean): this {
    this.#buf = buf;
    this.#at = start;
    this.#end = end;
    this.#ipv6 = family === "ipv6";
    this.#addPath = addPath;
    this.b = 0;
    this.c = 0;
    this.d = 0;
    return this;
  }

  /** Reads one prefix into the fields; false at the end of the range. */
  next(): boolean {
    let at = this.#at;
    if (at >= this.#end) return false;
    const buf = this.#buf;
    if (this.#addPath) {
      this.pathId = ((buf[at]! << 24) | (buf[at + 1]! << 16) | (buf[at + 2]! << 8) | buf[at + 3]!) >>> 0;
      at += 4;
    } else this.pathId = 0;
    const length = buf[at++]!;
    this.length = length;
    if (this.#ipv6) {
      this.a = word(buf, at, length);
      this.b = length > 32 ? word(buf, at + 4, length - 32) : 0;
      this.c = length > 64 ? word(buf, at + 8, length - 64) : 0;
      this.d = length > 96 ? word(buf, at + 12, length - 96) : 0;
    } else this.a = word(buf, at, length);
    this.#at = at + ((length + 7) >>> 3);
    return true;
  }
}

/** The leading `bits` (clamped to 0..32) of the word at `at`, the rest 0; reads no octet beyond them. */
function word(buf: Uint8Array, at: number, bits: number): number {
  if (bits >= 32) return ((buf[at]! << 24) | (buf[at + 1]! << 16) | (buf[at + 2]! << 8) | buf[at + 3]!) >>> 0;
  if (bits === 24) return ((buf[at]! << 24) | (buf[at + 1]! << 16) | (buf[at + 2]! << 8)) >>> 0;
  if (bits <= 0) return 0;
  let v = buf[at]! << 24;
  if (bits > 8) v |= buf[at + 1]! << 16;
  if (bits > 16) v |= buf[at + 2]! << 8;
  if (bits > 24) v |= buf[at + 3]!;
  return (v & (0xffffffff << (32 - bits))) >>> 0;
}
