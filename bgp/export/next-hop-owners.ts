import { type Address, isLinkLocal } from "../../net/address.ts";
import { attributeCode } from "../iana.ts";
import type { AttributeStore } from "../rib/attribute-store.ts";
import { noPeer, type PeerTable } from "../rib/peer-table.ts";
import { valueAt } from "./exported-block.ts";

/**
 * Which member of an update group is the next hop of a route: it is not told of that route (RFC 4271 5.1.3). Asked once
 * for every bucket, so it makes no object. Link-local addresses own nothing here: they are no names without a link.
 */
export class NextHopOwners {
  /** By IPv4 address, and by the words of an IPv6 address mixed; a chain is so rare that it is a list. */
  readonly #peers = new Map<number, number[]>();
  readonly #table: PeerTable;

  constructor(table: PeerTable) {
    this.#table = table;
  }

  add(peer: number): void {
    const { address } = this.#table.peer(peer);
    if (isLinkLocal(address)) return;
    const key = keyOf(address.a, address.b, address.c, address.d);
    this.#peers.set(key, [...(this.#peers.get(key) ?? []), peer]);
  }

  delete(peer: number): void {
    const { a, b, c, d } = this.#table.peer(peer).address;
    const left = this.#peers.get(keyOf(a, b, c, d))?.filter((one) => one !== peer) ?? [];
    if (left.length > 0) this.#peers.set(keyOf(a, b, c, d), left);
    else this.#peers.delete(keyOf(a, b, c, d));
  }

  /** The member whose address an exported set names as next hop, or `noPeer`. */
  ownerOf(store: AttributeStore, set: number): number {
    const buf = store.chunk(set);
    const start = store.start(set);
    if (buf[start + 1] === attributeCode.mpReach) {
      return buf[start + 6]! < 16 ? noPeer : this.#find(buf, start + 7, true);
    }
    const at = valueAt(buf, start, start + store.length(set), attributeCode.nextHop);
    return at < 0 ? noPeer : this.#find(buf, at, false);
  }

  #find(buf: Uint8Array, at: number, isIpv6: boolean): number {
    const a = word(buf, at);
    const b = isIpv6 ? word(buf, at + 4) : 0;
    const c = isIpv6 ? word(buf, at + 8) : 0;
    const d = isIpv6 ? word(buf, at + 12) : 0;
    const there = this.#peers.get(keyOf(a, b, c, d));
    if (there === undefined) return noPeer;
    for (const peer of there) if (isAddress(this.#table.peer(peer).address, isIpv6, a, b, c, d)) return peer;
    return noPeer;
  }
}

function isAddress(x: Address, isIpv6: boolean, a: number, b: number, c: number, d: number): boolean {
  return (x.family === "ipv6") === isIpv6 && x.a === a && x.b === b && x.c === c && x.d === d;
}

function keyOf(a: number, b: number, c: number, d: number): number {
  return (a ^ b ^ c ^ d) >>> 0;
}

function word(buf: Uint8Array, at: number): number {
  return ((buf[at]! << 24) | (buf[at + 1]! << 16) | (buf[at + 2]! << 8) | buf[at + 3]!) >>> 0;
}
