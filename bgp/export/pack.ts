import type { Family } from "../../net/family.ts";
import { afiOf, SAFI_UNICAST } from "../family.ts";
import { attributeCode, attributeFlag, messageType } from "../iana.ts";
import { HEADER_LENGTH } from "../message/header.ts";
import { putPathId } from "../nlri/encode.ts";
import type { AttributeStore } from "../rib/attribute-store.ts";
import { noPeer } from "../rib/peer-table.ts";
import type { PrefixTable } from "../rib/prefix-table.ts";
import type { ExportTerms } from "./export-terms.ts";
import type { Audience, Slab, SlabPart } from "./slab.ts";

/** A slab is closed when it is longer than this. */
const slabSize = 60 << 10;
/** Octets to pack in: a slab, and the longest message behind it (RFC 8654 4). */
export const packRoom = slabSize + 65535;
const marker = 16;
/** Beside its attributes a message has a header, two lengths, and one prefix at least; MP_REACH_NLRI grows by an octet. */
const beside = HEADER_LENGTH + 4 + 1 + 4 + 18;

/** What is packed: the prefixes, for each its path identifier (RFC 7911) if they have any, and the one that follows it. */
export interface PrefixChains {
  readonly prefixes: Uint32Array;
  readonly identifiers: Uint32Array;
  /** Position of the next prefix of the same chain, or -1. */
  readonly next: Int32Array;
}

/** Whether an attribute block of so many octets fits into a message of at most `limit`, beside any one prefix. */
export function fitsMessage(octets: number, limit: number): boolean {
  return octets + beside <= limit;
}

/** What of the terms of a group decides how messages are packed. */
export type PackTerms = Pick<ExportTerms, "family" | "maxMessageLength" | "addPath">;

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
  readonly #hasIdentifiers: boolean;
  /** Shared with other packers: whoever packs also flushes before another one packs. */
  readonly #out: Uint8Array;
  #at = 0;
  #parts: SlabPart[] = [];
  readonly #emit: (slab: Slab) => void;

  /** Slabs are handed to `emit` as they fill; `out` is to pack in, `packRoom` octets of it. */
  constructor(
    terms: PackTerms,
    store: AttributeStore,
    prefixes: PrefixTable,
    emit: (slab: Slab) => void,
    out: Uint8Array = new Uint8Array(packRoom),
  ) {
    this.#family = terms.family;
    this.#limit = terms.maxMessageLength;
    this.#hasIdentifiers = terms.addPath !== undefined;
    this.#store = store;
    this.#prefixes = prefixes;
    this.#out = out;
    this.#emit = emit;
  }

  /** Withdraws the chain of prefixes that begins at `first`. */
  withdraw(audience: Audience, chains: PrefixChains, first: number): void {
    for (let item = first; item >= 0; ) {
      const start = this.#open(audience, noPeer, true);
      const isMp = this.#family === "ipv6";
      const lengthAt = this.#at;
      this.#at += 2;
      if (isMp) this.#unreachHead();
      item = this.#nlri(chains, item, start + this.#limit - 2);
      if (isMp) this.#patch16(lengthAt + 6, this.#at - lengthAt - 8);
      this.#patch16(lengthAt, isMp ? 0 : this.#at - lengthAt - 2);
      if (isMp) this.#patch16(lengthAt + 2, this.#at - lengthAt - 4);
      else this.#u16(0);
      this.#close(start);
    }
  }

  /**
   * Announces the chain of prefixes that begins at `first` with one attribute set, which fits into a message; `owner` is
   * left out of the audience, `noPeer` is nobody.
   */
  announce(audience: Audience, owner: number, set: number, chains: PrefixChains, first: number): void {
    const block = this.#store.chunk(set);
    const begin = this.#store.start(set);
    const length = this.#store.length(set);
    const hop = block[begin + 1] === attributeCode.mpReach ? 3 + block[begin + 2]! : 0;
    for (let item = first; item >= 0; ) {
      const start = this.#open(audience, owner, false);
      this.#u16(0);
      const lengthAt = this.#at;
      this.#at += 2;
      if (hop > 0) item = this.#reach(block, begin, hop, chains, item, start + this.#limit - (length - hop));
      this.#copy(block, begin + hop, begin + length);
      this.#patch16(lengthAt, this.#at - lengthAt - 2);
      if (hop === 0) item = this.#nlri(chains, item, start + this.#limit);
      this.#close(start);
    }
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
  #open(audience: Audience, owner: number, isWithdrawal: boolean): number {
    if (this.#at >= slabSize) this.flush();
    const start = this.#at;
    const last = this.#parts.at(-1);
    const isSame = last?.audience === audience && last.owner === owner && last.isWithdrawal === isWithdrawal;
    if (!isSame) this.#parts.push({ audience, owner, isWithdrawal, start, end: start });
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
  #nlri(chains: PrefixChains, first: number, end: number): number {
    if (this.#hasIdentifiers) return this.#pathNlri(chains, first, end);
    const { prefixes: list, next } = chains;
    const room = end - (this.#family === "ipv4" ? 5 : 17);
    const prefixes = this.#prefixes;
    const out = this.#out;
    let at = this.#at;
    let item = first;
    for (; item >= 0 && at <= room; item = next[item]!) at = prefixes.writeNlri(list[item]!, out, at);
    this.#at = at;
    return item;
  }

  /** As `#nlri`, each prefix behind its identifier (RFC 7911 3). */
  #pathNlri({ prefixes: list, identifiers, next }: PrefixChains, first: number, end: number): number {
    const room = end - (this.#family === "ipv4" ? 9 : 21);
    const prefixes = this.#prefixes;
    const out = this.#out;
    let at = this.#at;
    let item = first;
    for (; item >= 0 && at <= room; item = next[item]!) {
      at = prefixes.writeNlri(list[item]!, out, putPathId(out, at, identifiers[item]!));
    }
    this.#at = at;
    return item;
  }

  /** MP_REACH_NLRI with a two-octet length (RFC 4760 3) out of its reduced form, which begins at `begin`. */
  #reach(block: Uint8Array, begin: number, hop: number, chains: PrefixChains, first: number, end: number): number {
    const out = this.#out;
    out[this.#at++] = attributeFlag.optional | attributeFlag.extendedLength;
    out[this.#at++] = attributeCode.mpReach;
    const lengthAt = this.#at;
    this.#at += 2;
    this.#copy(block, begin + 3, begin + hop);
    const item = this.#nlri(chains, first, end);
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
