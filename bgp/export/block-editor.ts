import { attributeFlag, attributeCode as code, segmentType } from "../iana.ts";
import { type BlockEdit, drop, keep } from "./block-edit.ts";

/** Codes that an edit may put in, ascending. */
const insertable = [
  code.nextHop,
  code.med,
  code.localPref,
  code.communities,
  code.originatorId,
  code.clusterList,
  code.otc,
];

/** ONLY_TO_CUSTOMER among the bits of what is due; the others stand at their codes, none of which is 0. */
const otcBit = 1;

/**
 * Copies attribute blocks with changes, octet by octet in one pass, since it runs for every distinct set and kind of
 * peer. Blocks ascend by code (MP_REACH_NLRI in front), and so does what comes out. Attributes we do not know leave with
 * the Partial bit if they are transitive, and not at all otherwise (RFC 4271 5).
 */
export class BlockEditor {
  /** The outcome: octets 0 to the length that `edit` answered; valid until the next. */
  out: Uint8Array = new Uint8Array(1024);
  #at = 0;

  /** Writes the block between `start` and `end`, changed, into `out`; how long it is. */
  edit(buf: Uint8Array, start: number, end: number, edit: BlockEdit): number {
    this.#at = 0;
    const extra = edit.prependTimes * 4 + edit.withCommunities.length * 4 + 128;
    if (this.out.length < end - start + extra) this.out = new Uint8Array((end - start + extra) * 2);
    if (edit.nextHop?.[1] === code.mpReach) this.#copy(edit.nextHop, 0, edit.nextHop.length);
    let due = dueOf(edit);
    for (let at = start; at < end; ) {
      const isLong = (buf[at]! & attributeFlag.extendedLength) !== 0;
      const value = at + (isLong ? 4 : 3);
      const next = value + (isLong ? (buf[at + 2]! << 8) | buf[at + 3]! : buf[at + 2]!);
      const here = buf[at + 1]!;
      if (due !== 0 && here !== code.mpReach) due = this.#insertBelow(here, due, edit);
      this.#attribute(buf, at, value, next, here, edit);
      if (here < 32) due &= ~(1 << here);
      else if (here === code.otc) due &= ~otcBit;
      at = next;
    }
    if (due !== 0) this.#insertBelow(256, due, edit);
    return this.#at;
  }

  #attribute(buf: Uint8Array, at: number, value: number, end: number, here: number, edit: BlockEdit): void {
    switch (here) {
      case code.mpReach:
        if (edit.nextHop === undefined) this.#copy(buf, at, end);
        return;
      case code.nextHop:
        if (edit.nextHop === undefined) this.#copy(buf, at, end);
        else if (edit.nextHop[1] === code.nextHop) this.#copy(edit.nextHop, 0, edit.nextHop.length);
        return;
      case code.asPath:
        this.#path(buf, at, value, end, edit);
        return;
      case code.med:
        this.#number(buf, at, end, attributeFlag.optional, here, edit.med);
        return;
      case code.localPref:
        this.#number(buf, at, end, attributeFlag.transitive, here, edit.localPref);
        return;
      case code.communities:
        if (edit.withoutCommunities.length === 0 && edit.withCommunities.length === 0) this.#copy(buf, at, end);
        else this.#communities(buf, value, end, edit);
        return;
      case code.originatorId:
        if (edit.originatorId !== drop) this.#copy(buf, at, end);
        return;
      case code.clusterList:
        if (edit.originatorId !== drop) this.#clusters(buf, value, end, edit);
        return;
      case code.extendedCommunities:
        if (edit.isAcrossAs) this.#extended(buf, value, end);
        else this.#copy(buf, at, end);
        return;
      default:
        this.#other(buf, at, end, here);
    }
  }

  /** Puts in what is due and stands below `limit`; what is due then. */
  #insertBelow(limit: number, due: number, edit: BlockEdit): number {
    let left = due;
    for (const which of insertable) {
      if (which >= limit) break;
      const bit = which === code.otc ? otcBit : 1 << which;
      if ((left & bit) === 0) continue;
      left &= ~bit;
      if (which === code.nextHop) this.#copy(edit.nextHop!, 0, edit.nextHop!.length);
      else if (which === code.med) this.#u32(attributeFlag.optional, which, edit.med);
      else if (which === code.localPref) this.#u32(attributeFlag.transitive, which, edit.localPref);
      else if (which === code.originatorId) this.#u32(attributeFlag.optional, which, edit.originatorId);
      else if (which === code.clusterList) this.#u32(attributeFlag.optional, which, edit.clusterId);
      else if (which === code.otc) this.#u32(attributeFlag.optional | attributeFlag.transitive, which, edit.otc);
      else this.#communities(this.out, 0, 0, edit);
    }
    return left;
  }

  #copy(buf: Uint8Array, start: number, end: number): void {
    const out = this.out;
    let to = this.#at;
    for (let i = start; i < end; i++) out[to++] = buf[i]!;
    this.#at = to;
  }

  #head(flags: number, which: number, length: number): void {
    const out = this.out;
    out[this.#at++] = length > 255 ? flags | attributeFlag.extendedLength : flags;
    out[this.#at++] = which;
    if (length > 255) out[this.#at++] = length >>> 8;
    out[this.#at++] = length;
  }

  #word(value: number): void {
    const out = this.out;
    out[this.#at++] = value >>> 24;
    out[this.#at++] = value >>> 16;
    out[this.#at++] = value >>> 8;
    out[this.#at++] = value;
  }

  #u32(flags: number, which: number, value: number): void {
    this.#head(flags, which, 4);
    this.#word(value);
  }

  #number(buf: Uint8Array, at: number, end: number, flags: number, which: number, value: number): void {
    if (value === keep) this.#copy(buf, at, end);
    else if (value !== drop) this.#u32(flags, which, value);
  }

  /** RFC 4271 5.1.2 b: into the first segment when it is a sequence with room, else a segment of its own. */
  #path(buf: Uint8Array, at: number, value: number, end: number, edit: BlockEdit): void {
    const times = edit.prependTimes;
    if (times === 0) {
      this.#copy(buf, at, end);
      return;
    }
    const joins = end > value && buf[value] === segmentType.sequence && buf[value + 1]! + times <= 255;
    this.#head(attributeFlag.transitive, code.asPath, end - value + times * 4 + (joins ? 0 : 2));
    this.out[this.#at++] = segmentType.sequence;
    this.out[this.#at++] = joins ? buf[value + 1]! + times : times;
    for (let i = 0; i < times; i++) this.#word(edit.prependAsn);
    this.#copy(buf, joins ? value + 2 : value, end);
  }

  #communities(buf: Uint8Array, value: number, end: number, edit: BlockEdit): void {
    const { withoutCommunities: without, withCommunities: added } = edit;
    const kept: number[] = [];
    if (without !== "all") {
      for (let at = value; at < end; at += 4) {
        const one = ((buf[at]! << 24) | (buf[at + 1]! << 16) | (buf[at + 2]! << 8) | buf[at + 3]!) >>> 0;
        if (!without.includes(one) && !added.includes(one)) kept.push(one);
      }
    }
    kept.push(...added);
    if (kept.length === 0) return;
    this.#head(attributeFlag.optional | attributeFlag.transitive, code.communities, kept.length * 4);
    for (const one of kept) this.#word(one);
  }

  #clusters(buf: Uint8Array, value: number, end: number, edit: BlockEdit): void {
    const more = edit.clusterId === keep ? 0 : 4;
    this.#head(attributeFlag.optional, code.clusterList, end - value + more);
    if (more > 0) this.#word(edit.clusterId);
    this.#copy(buf, value, end);
  }

  /** RFC 4360 6: the T bit of the type says that a community stays in its AS. */
  #extended(buf: Uint8Array, value: number, end: number): void {
    let count = 0;
    for (let at = value; at < end; at += 8) if ((buf[at]! & 0x40) === 0) count++;
    if (count === 0) return;
    this.#head(attributeFlag.optional | attributeFlag.transitive, code.extendedCommunities, count * 8);
    for (let at = value; at < end; at += 8) if ((buf[at]! & 0x40) === 0) this.#copy(buf, at, at + 8);
  }

  #other(buf: Uint8Array, at: number, end: number, here: number): void {
    const flags = buf[at]!;
    if (flags & attributeFlag.optional && !(flags & attributeFlag.transitive)) return;
    const from = this.#at;
    this.#copy(buf, at, end);
    if (!isKnown(here)) this.out[from] = flags | attributeFlag.partial;
  }
}

function isKnown(which: number): boolean {
  return which <= code.communities || which === code.largeCommunities || which === code.otc;
}

/** Which attributes an edit puts in where there are none, as bits. */
function dueOf(edit: BlockEdit): number {
  let due = 0;
  if (edit.nextHop?.[1] === code.nextHop) due |= 1 << code.nextHop;
  if (edit.med >= 0) due |= 1 << code.med;
  if (edit.localPref >= 0) due |= 1 << code.localPref;
  if (edit.withCommunities.length > 0) due |= 1 << code.communities;
  if (edit.originatorId >= 0) due |= 1 << code.originatorId;
  if (edit.clusterId >= 0) due |= 1 << code.clusterList;
  if (edit.otc >= 0) due |= otcBit;
  return due;
}
