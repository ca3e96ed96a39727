import type { Family } from "../../net/family.ts";
import { afiOf, SAFI_UNICAST } from "../family.ts";
import { attributeCode, attributeFlag, messageType } from "../iana.ts";
import { HEADER_LENGTH } from "../message/header.ts";
import type { AttributeStore } from "../rib/attribute-store.ts";
import type { PrefixTable } from "../rib/prefix-table.ts";
import type { Audience, Slab, SlabPart } from "./slab.ts";

/** A slab is closed when it is longer than this. */
const slabSize = 60 << 10;
const marker = 16;

/**
 * Packs UPDATEs into slabs: every message as full as its length allows, the attributes once for all prefixes that share
 * them, never two kinds of prefixes in one message (RFC 7606 5.1). IPv6 (and IPv4 with an IPv6 next hop, RFC 8950) goes
 * into MP_REACH_NLRI in front of the other attributes.
 */
export class UpdatePacker {
  readonly #family: Family;
  readonly #limit: number;
  readonly #store: AttributeStore;
  readonly #prefixes: PrefixTable;
  readonly #out: Uint8Array;
  #at = 0;
  #parts: SlabPart[] = [];
  readonly #emit: (slab: Slab) => void;

  /** `limit` is the longest message; slabs are handed to `emit` as they fill. */
  constructor(family: Family, limit: number, store: AttributeStore, prefixes: PrefixTable, emit: (slab: Slab) => void) {
    this.#family = family;
    this.#limit = limit;
    this.#store = store;
    this.#prefixes = prefixes;
    this.#out = new Uint8Array(slabSize + limit);
    this.#emit = emit;
  }

  /** Withdraws `count` prefixes from `list` on, chained by `next`: the position of the one that follows, by position. */
  withdraw(audience: Audience, list: Uint32Array, next: Int32Array, first: number): void {
    for (let item = first; item >= 0; ) {
      const start = this.#open(audience, true);
      const isMp = this.#family === "ipv6";
      const lengthAt = this.#at;
      this.#at += 2;
      if (isMp) this.#unreachHead();
      item = this.#nlri(list, next, item, start + this.#limit - 2);
      if (isMp) this.#patch16(lengthAt + 6, this.#at - lengthAt - 8);
      this.#patch16(lengthAt, isMp ? 0 : this.#at - lengthAt - 2);
      if (isMp) this.#patch16(lengthAt + 2, this.#at - lengthAt - 4);
      else this.#u16(0);
      this.#close(start);
    }
  }

  /** Announces the chained prefixes with one attribute set. False when the set is too long for any message. */
  announce(audience: Audience, set: number, list: Uint32Array, next: Int32Array, first: number): boolean {
    const block = this.#store.chunk(set);
    const begin = this.#store.start(set);
    const length = this.#store.length(set);
    const hop = block[begin + 1] === attributeCode.mpReach ? 3 + block[begin + 2]! : 0;
    if (HEADER_LENGTH + 4 + 1 + length + 22 > this.#limit) return false;
    for (let item = first; item >= 0; ) {
      const start = this.#open(audience, false);
      this.#u16(0);
      const lengthAt = this.#at;
      this.#at += 2;
      if (hop > 0) item = this.#reach(block, begin, hop, list, next, item, start + this.#limit - (length - hop));
      this.#copy(block, begin + hop, begin + length);
      this.#patch16(lengthAt, this.#at - lengthAt - 2);
      if (hop === 0) item = this.#nlri(list, next, item, start + this.#limit);
      this.#close(start);
    }
    return true;
  }

  /** Hands over what is packed and not yet handed over. */
  flush(): void {
    if (this.#at === 0) return;
    const slab = { bytes: this.#out.slice(0, this.#at), parts: this.#parts };
    this.#at = 0;
    this.#parts = [];
    this.#emit(slab);
  }

  /** Header and room for its length; where the message starts. */
  #open(audience: Audience, isWithdrawal: boolean): number {
    if (this.#at >= slabSize) this.flush();
    const start = this.#at;
    const last = this.#parts.at(-1);
    if (last === undefined || last.audience !== audience || last.isWithdrawal !== isWithdrawal) {
      this.#parts.push({ audience, isWithdrawal, start, end: start });
    }
    const out = this.#out;
    for (let i = 0; i < marker; i++) out[start + i] = 0xff;
    out[start + 18] = messageType.update;
    this.#at = start + HEADER_LENGTH;
    return start;
  }

  #close(start: number): void {
    this.#patch16(start + marker, this.#at - start);
    this.#parts.at(-1)!.end = this.#at;
  }

  /** Prefixes until the message is full or the chain ends; what of the chain is left, or -1. */
  #nlri(list: Uint32Array, next: Int32Array, first: number, end: number): number {
    const room = end - (this.#family === "ipv4" ? 5 : 17);
    const prefixes = this.#prefixes;
    const out = this.#out;
    let at = this.#at;
    let item = first;
    for (; item >= 0 && at <= room; item = next[item]!) at = prefixes.writeNlri(list[item]!, out, at);
    this.#at = at;
    return item;
  }

  /** MP_REACH_NLRI with a two-octet length (RFC 4760 3) out of its reduced form, which begins at `begin`. */
  #reach(
    block: Uint8Array,
    begin: number,
    hop: number,
    list: Uint32Array,
    next: Int32Array,
    first: number,
    end: number,
  ): number {
    const out = this.#out;
    out[this.#at++] = attributeFlag.optional | attributeFlag.extendedLength;
    out[this.#at++] = attributeCode.mpReach;
    const lengthAt = this.#at;
    this.#at += 2;
    this.#copy(block, begin + 3, begin + hop);
    const item = this.#nlri(list, next, first, end);
    this.#patch16(lengthAt, this.#at - lengthAt - 2);
    return item;
  }

  /** Length of the attributes, then MP_UNREACH_NLRI with a two-octet length (RFC 4760 4); both patched afterwards. */
  #unreachHead(): void {
    const out = this.#out;
    this.#at += 2;
    out[this.#at++] = attributeFlag.optional | attributeFlag.extendedLength;
    out[this.#at++] = attributeCode.mpUnreach;
    this.#at += 2;
    this.#u16(afiOf[this.#family]);
    out[this.#at++] = SAFI_UNICAST;
  }

  #u16(value: number): void {
    this.#out[this.#at++] = value >>> 8;
    this.#out[this.#at++] = value;
  }

  #patch16(at: number, value: number): void {
    this.#out[at] = value >>> 8;
    this.#out[at + 1] = value;
  }

  #copy(from: Uint8Array, start: number, end: number): void {
    const out = this.#out;
    let at = this.#at;
    for (let i = start; i < end; i++) out[at++] = from[i]!;
    this.#at = at;
  }
}
