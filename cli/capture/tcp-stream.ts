/** Hears one direction of a connection in order: its octets, and where some are missing for good. */
export interface StreamListener {
  onData(octets: Uint8Array): void;
  onGap(): void;
}

/** Segments and octets that may wait for one that is missing; then it is given up. */
const mostSegments = 512;
const mostOctets = 1 << 20;

/** One direction of a TCP connection put in order by sequence number; what is sent again is told once (RFC 9293 3.4). */
export class TcpStream {
  /** The next octet that is expected; undefined until the first segment. */
  #next: number | undefined;
  /** By sequence number: what came too early. */
  readonly #early = new Map<number, { readonly data: Uint8Array; readonly length: number }>();
  #earlyOctets = 0;
  readonly #listener: StreamListener;

  constructor(listener: StreamListener) {
    this.#listener = listener;
  }

  /** A connection begins (SYN): what was before is another one's. */
  begin(sequence: number): void {
    this.#early.clear();
    this.#earlyOctets = 0;
    this.#next = sequence;
  }

  /** Data at a sequence number; `length` is what was on the wire. */
  push(sequence: number, data: Uint8Array, length: number): void {
    if (length === 0) return;
    this.#next ??= sequence;
    if (ahead(sequence, this.#next) > 0) this.#keep(sequence, data, length);
    else this.#take(sequence, data, length);
    this.#drain();
    if (this.#early.size > mostSegments || this.#earlyOctets > mostOctets) this.#giveUp();
  }

  /** Nothing more will come: tells what waits, with its gaps. */
  end(): void {
    while (this.#early.size > 0) this.#giveUp();
  }

  #keep(sequence: number, data: Uint8Array, length: number): void {
    const known = this.#early.get(sequence);
    if (known && known.length >= length) return;
    this.#earlyOctets += data.length - (known?.data.length ?? 0);
    this.#early.set(sequence, { data: data.slice(), length });
  }

  #take(sequence: number, data: Uint8Array, length: number): void {
    const old = ahead(this.#next!, sequence);
    if (old >= length) return;
    this.#next = (sequence + length) >>> 0;
    if (old < data.length) this.#listener.onData(data.subarray(old));
    if (data.length < length) this.#listener.onGap();
  }

  /** Tells what is in turn now. */
  #drain(): void {
    for (let isMore = true; isMore && this.#early.size > 0; ) {
      isMore = false;
      for (const [sequence, { data, length }] of this.#early) {
        if (ahead(sequence, this.#next!) > 0) continue;
        this.#early.delete(sequence);
        this.#earlyOctets -= data.length;
        this.#take(sequence, data, length);
        isMore = true;
      }
    }
  }

  /** What is missing will not come: goes on at the earliest that is there. */
  #giveUp(): void {
    let least: number | undefined;
    for (const sequence of this.#early.keys()) {
      if (least === undefined || ahead(least, sequence) > 0) least = sequence;
    }
    if (least === undefined) return;
    this.#listener.onGap();
    this.#next = least;
    this.#drain();
  }
}

/** How far `x` lies ahead of `y` in the circle of sequence numbers; negative: behind. */
function ahead(x: number, y: number): number {
  return (x - y) | 0;
}
