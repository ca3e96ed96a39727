import { type Address, addressBytes, addressFromBytes, ipv4, isLinkLocal } from "../../net/address.ts";
import { widened } from "./column.ts";

/** Where routes point: a global address or, where there is none, a link-local one (RFC 2545 3). */
export interface NextHop {
  /** Undefined for routes born here. */
  readonly address: Address | undefined;
  readonly linkLocal: Address | undefined;
}

const here: NextHop = { address: undefined, linkLocal: undefined };

/**
 * Next hops ↔ small dense ids, with what is known of the way to them as columns. Id 0 is "here": routes of our own.
 * Reference-counted by attribute set; a table of at most thousands.
 */
export class NextHopTable {
  #metric = new Uint32Array(64);
  #reachable = new Uint8Array(64).fill(1, 0, 1);
  #refs = new Uint32Array(64);
  readonly #hops: NextHop[] = [here];
  readonly #free: number[] = [];
  readonly #ipv4 = new Map<number, number>();
  readonly #others = new Map<string, number>();
  /** The octets held last, from an MP_REACH_NLRI, and their id: nearly always those of the next one too. */
  readonly #last = new Uint8Array(32);
  #lastLength = 0;
  #lastId = 0;
  readonly #resolve: (hop: NextHop, id: number) => { readonly reachable: boolean; readonly metric: number };

  /** `resolve` is asked once for every next hop that appears. */
  constructor(resolve: (hop: NextHop, id: number) => { readonly reachable: boolean; readonly metric: number }) {
    this.#resolve = resolve;
  }

  get size(): number {
    return this.#hops.length - this.#free.length - 1;
  }

  get bytes(): number {
    return this.#metric.byteLength + this.#reachable.byteLength + this.#refs.byteLength;
  }

  /** Interior cost of the way to a next hop, by id; lower is better. */
  get metric(): Uint32Array {
    return this.#metric;
  }

  /** 1 where a next hop can be reached, by id. */
  get reachable(): Uint8Array {
    return this.#reachable;
  }

  hop(id: number): NextHop {
    return this.#hops[id]!;
  }

  /** The id of an IPv4 next hop given as host integer, one reference more. */
  holdIpv4(word: number): number {
    const known = this.#ipv4.get(word);
    const id = known ?? this.#add({ address: ipv4(word), linkLocal: undefined });
    if (known === undefined) this.#ipv4.set(word, id);
    this.#refs[id]!++;
    return id;
  }

  /** The id of any next hop, one reference more. */
  hold(hop: NextHop): number {
    if (hop.address === undefined) return 0;
    if (hop.address.family === "ipv4") return this.holdIpv4(hop.address.a);
    const key = keyOf(hop);
    const known = this.#others.get(key);
    const id = known ?? this.#add(hop);
    if (known === undefined) this.#others.set(key, id);
    this.#refs[id]!++;
    return id;
  }

  /** As `hold`, of 4, 16 or 32 octets of an MP_REACH_NLRI (RFC 4760 3, RFC 2545 3, RFC 8950 3). */
  holdOctets(buf: Uint8Array, at: number, length: number): number {
    if (length === this.#lastLength && this.#isLast(buf, at, length)) {
      this.#refs[this.#lastId]!++;
      return this.#lastId;
    }
    const address = addressFromBytes(buf.subarray(at, at + Math.min(length, 16)));
    const second = length >= 32 ? addressFromBytes(buf.subarray(at + 16, at + 32)) : undefined;
    // A link-local address alone is both: it only means something on the interface it came over.
    const isAlone = address?.family === "ipv6" && isLinkLocal(address);
    const id = this.hold({ address, linkLocal: second ?? (isAlone ? address : undefined) });
    this.#last.set(buf.subarray(at, at + length));
    this.#lastLength = length;
    this.#lastId = id;
    return id;
  }

  drop(id: number): void {
    if (id === 0 || --this.#refs[id]! > 0) return;
    if (id === this.#lastId) this.#lastLength = 0;
    const hop = this.#hops[id]!;
    if (hop.address?.family === "ipv4") this.#ipv4.delete(hop.address.a);
    else this.#others.delete(keyOf(hop));
    this.#free.push(id);
  }

  /** Learns what became of a way; whether that is news. */
  learn(id: number, reachable: boolean, metric: number): boolean {
    const isNews = this.#reachable[id] !== Number(reachable) || this.#metric[id] !== metric;
    this.#reachable[id] = Number(reachable);
    this.#metric[id] = metric;
    return isNews;
  }

  /** Every next hop in use. */
  *entries(): Generator<readonly [number, NextHop]> {
    for (let id = 1; id < this.#hops.length; id++) if (this.#refs[id]! > 0) yield [id, this.#hops[id]!];
  }

  #isLast(buf: Uint8Array, at: number, length: number): boolean {
    for (let i = 0; i < length; i++) if (this.#last[i] !== buf[at + i]) return false;
    return true;
  }

  #add(hop: NextHop): number {
    const id = this.#free.pop() ?? this.#hops.length;
    this.#hops[id] = hop;
    if (id === this.#metric.length) {
      this.#metric = widened(this.#metric, id * 2);
      this.#reachable = widened(this.#reachable, id * 2);
      this.#refs = widened(this.#refs, id * 2);
    }
    this.#refs[id] = 0;
    const { reachable, metric } = this.#resolve(hop, id);
    this.learn(id, reachable, metric);
    return id;
  }
}

function keyOf(hop: NextHop): string {
  const address = hop.address ? String.fromCharCode(...addressBytes(hop.address)) : "";
  return hop.linkLocal ? address + String.fromCharCode(...addressBytes(hop.linkLocal)) : address;
}
