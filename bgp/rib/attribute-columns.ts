import { attributeCode, attributeFlag, community, segmentType } from "../iana.ts";
import { widened } from "./column.ts";
import type { NextHopTable } from "./next-hop-table.ts";

/** What of an attribute set is asked as a yes or no, as bits of `AttributeColumns.flags`. */
export const attributeBit = {
  hasMed: 1,
  hasLocalPref: 2,
  /** ORIGINATOR_ID or CLUSTER_LIST is there. */
  reflected: 4,
  noExport: 8,
  noAdvertise: 16,
  noExportSubconfed: 32,
  llgrStale: 64,
  noLlgr: 128,
  gracefulShutdown: 256,
  /** Our own AS stands in AS_PATH (RFC 4271 9.1.2). */
  ownAs: 512,
  /** ORIGINATOR_ID is our own router id (RFC 4456 8). */
  ownOriginator: 1024,
  /** Our own cluster id stands in CLUSTER_LIST (RFC 4456 8). */
  ownCluster: 2048,
  /** The attributes do not ascend by code, as they should when sent. */
  unsorted: 4096,
} as const;

/** Who we are, as far as loops are recognised by it; host integers. */
export interface LocalIdentity {
  readonly asn: number;
  readonly routerId: number;
  readonly clusterId: number;
}

const communityBits = new Map<number, number>([
  [community.noExport, attributeBit.noExport],
  [community.noAdvertise, attributeBit.noAdvertise],
  [community.noExportSubconfed, attributeBit.noExportSubconfed],
  [community.llgrStale, attributeBit.llgrStale],
  [community.noLlgr, attributeBit.noLlgr],
  [community.gracefulShutdown, attributeBit.gracefulShutdown],
]);

/** LOCAL_PREF of a route that has none (BIRD, FRR and GoBGP agree on 100). */
export const defaultLocalPref = 100;

/**
 * The numbers of an attribute set that decisions and exports look at, one column each, by set id. Filled once from the
 * octets of the set when it is first seen; 31 octets a set. The block must be well formed.
 */
export class AttributeColumns {
  localPref: Uint32Array;
  med: Uint32Array;
  neighborAs: Uint32Array;
  originatorId: Uint32Array;
  nextHop: Uint32Array;
  asPathLength: Uint16Array;
  clusterLength: Uint16Array;
  flags: Uint16Array;
  origin: Uint8Array;
  readonly nextHops: NextHopTable;
  readonly #identity: LocalIdentity;

  constructor(capacity: number, identity: LocalIdentity, nextHops: NextHopTable) {
    this.localPref = new Uint32Array(capacity);
    this.med = new Uint32Array(capacity);
    this.neighborAs = new Uint32Array(capacity);
    this.originatorId = new Uint32Array(capacity);
    this.nextHop = new Uint32Array(capacity);
    this.asPathLength = new Uint16Array(capacity);
    this.clusterLength = new Uint16Array(capacity);
    this.flags = new Uint16Array(capacity);
    this.origin = new Uint8Array(capacity);
    this.#identity = identity;
    this.nextHops = nextHops;
  }

  get bytes(): number {
    return this.localPref.length * (5 * 4 + 3 * 2 + 1);
  }

  grow(capacity: number): void {
    this.localPref = widened(this.localPref, capacity);
    this.med = widened(this.med, capacity);
    this.neighborAs = widened(this.neighborAs, capacity);
    this.originatorId = widened(this.originatorId, capacity);
    this.nextHop = widened(this.nextHop, capacity);
    this.asPathLength = widened(this.asPathLength, capacity);
    this.clusterLength = widened(this.clusterLength, capacity);
    this.flags = widened(this.flags, capacity);
    this.origin = widened(this.origin, capacity);
  }

  /** Cuts all columns; nobody is known by an id behind `capacity`. */
  cut(capacity: number): void {
    this.localPref = this.localPref.slice(0, capacity);
    this.med = this.med.slice(0, capacity);
    this.neighborAs = this.neighborAs.slice(0, capacity);
    this.originatorId = this.originatorId.slice(0, capacity);
    this.nextHop = this.nextHop.slice(0, capacity);
    this.asPathLength = this.asPathLength.slice(0, capacity);
    this.clusterLength = this.clusterLength.slice(0, capacity);
    this.flags = this.flags.slice(0, capacity);
    this.origin = this.origin.slice(0, capacity);
  }

  /** The set is no more: lets go of its next hop. */
  forget(id: number): void {
    this.nextHops.drop(this.nextHop[id]!);
  }

  /** Reads the attributes between `start` and `end` into the columns of `id`, and holds the next hop. */
  fill(id: number, buf: Uint8Array, start: number, end: number): void {
    this.localPref[id] = defaultLocalPref;
    this.med[id] = 0;
    this.neighborAs[id] = 0;
    this.originatorId[id] = 0;
    this.nextHop[id] = 0;
    this.asPathLength[id] = 0;
    this.clusterLength[id] = 0;
    this.flags[id] = 0;
    this.origin[id] = 0;
    let before = 0;
    for (let at = start; at < end; ) {
      const code = buf[at + 1]!;
      const isLong = (buf[at]! & attributeFlag.extendedLength) !== 0;
      const length = isLong ? (buf[at + 2]! << 8) | buf[at + 3]! : buf[at + 2]!;
      at += isLong ? 4 : 3;
      this.#read(id, code, buf, at, at + length);
      if (code < before && code !== attributeCode.mpReach) this.flags[id]! |= attributeBit.unsorted;
      if (code !== attributeCode.mpReach) before = code;
      at += length;
    }
  }

  #read(id: number, code: number, buf: Uint8Array, at: number, end: number): void {
    switch (code) {
      case attributeCode.origin:
        this.origin[id] = buf[at]!;
        break;
      case attributeCode.asPath:
        this.#readPath(id, buf, at, end);
        break;
      case attributeCode.nextHop:
        this.nextHop[id] = this.nextHops.holdIpv4(u32(buf, at));
        break;
      case attributeCode.mpReach:
        this.nextHop[id] = this.nextHops.holdOctets(buf, at + 4, buf[at + 3]!);
        break;
      case attributeCode.med:
        this.med[id] = u32(buf, at);
        this.flags[id]! |= attributeBit.hasMed;
        break;
      case attributeCode.localPref:
        this.localPref[id] = u32(buf, at);
        this.flags[id]! |= attributeBit.hasLocalPref;
        break;
      case attributeCode.communities:
        for (let i = at; i < end; i += 4) {
          if (buf[i] === 0xff) this.flags[id]! |= communityBits.get(u32(buf, i)) ?? 0;
        }
        break;
      case attributeCode.originatorId:
        this.originatorId[id] = u32(buf, at);
        this.flags[id]! |= attributeBit.reflected;
        if (this.originatorId[id] === this.#identity.routerId) this.flags[id]! |= attributeBit.ownOriginator;
        break;
      case attributeCode.clusterList:
        this.clusterLength[id] = (end - at) >>> 2;
        this.flags[id]! |= attributeBit.reflected;
        for (let i = at; i < end; i += 4) {
          if (u32(buf, i) === this.#identity.clusterId) this.flags[id]! |= attributeBit.ownCluster;
        }
        break;
    }
  }

  /** A set counts as one AS, confederation segments count nothing (RFC 4271 9.1.2.2 a, RFC 5065 5.3). */
  #readPath(id: number, buf: Uint8Array, start: number, end: number): void {
    let hops = 0;
    for (let at = start; at < end; ) {
      const kind = buf[at]!;
      const count = buf[at + 1]!;
      if (at === start && kind === segmentType.sequence) this.neighborAs[id] = u32(buf, at + 2);
      if (kind === segmentType.sequence) hops += count;
      else if (kind === segmentType.set) hops += 1;
      at += 2;
      for (let i = 0; i < count; i++, at += 4) {
        if (u32(buf, at) === this.#identity.asn) this.flags[id]! |= attributeBit.ownAs;
      }
    }
    this.asPathLength[id] = Math.min(hops, 0xffff);
  }
}

function u32(b: Uint8Array, at: number): number {
  return ((b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!) >>> 0;
}
