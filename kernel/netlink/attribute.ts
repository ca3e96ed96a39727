import { malformed } from "../error.ts";
import { hostIsLittleEndian } from "./header.ts";

/** Octets of an attribute's header: length (header included) and type, two octets each. */
export const NLA_HDRLEN = 4;
/** The attribute's payload is attributes itself. */
export const NLA_F_NESTED = 0x8000;
/** The attribute's payload is in network order. */
export const NLA_F_NET_BYTEORDER = 0x4000;
/** What is left of a type without the two flags above. */
export const NLA_TYPE_MASK = 0x3fff;

const latin = new TextDecoder("utf-8");

/**
 * A cursor over a row of attributes. `next()` steps to one and says whether there is one; the getters read its payload,
 * and throw `kernel/malformed` when the payload is shorter than what is asked. Views, never copies.
 *
 * ```ts
 * while (row.next()) if (row.type === RTA_OIF) ifindex = row.u32();
 * ```
 */
export class AttributeReader {
  readonly #octets: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  #next: number;
  #start = 0;
  #length = 0;
  #type = 0;

  /** Attributes in `octets` from `start` to `end`. */
  constructor(octets: Uint8Array, start = 0, end = octets.length, view = viewOf(octets)) {
    this.#octets = octets;
    this.#view = view;
    this.#next = start;
    this.#end = Math.min(end, octets.length);
  }

  /** Steps to the next attribute. @throws KernelError `kernel/malformed` when its length is impossible. */
  next(): boolean {
    const at = this.#next;
    if (this.#end - at < NLA_HDRLEN) return false;
    const length = this.#view.getUint16(at, hostIsLittleEndian);
    if (length < NLA_HDRLEN || at + length > this.#end) throw malformed(`attribute of ${length} octets`);
    this.#type = this.#view.getUint16(at + 2, hostIsLittleEndian) & NLA_TYPE_MASK;
    this.#start = at + NLA_HDRLEN;
    this.#length = length - NLA_HDRLEN;
    this.#next = at + ((length + 3) & ~3);
    return true;
  }

  /** Type of the attribute stepped to, without flags. */
  get type(): number {
    return this.#type;
  }

  /** Octets of its payload. */
  get length(): number {
    return this.#length;
  }

  u8(): number {
    this.#need(1);
    return this.#octets[this.#start]!;
  }

  u16(): number {
    this.#need(2);
    return this.#view.getUint16(this.#start, hostIsLittleEndian);
  }

  u32(): number {
    this.#need(4);
    return this.#view.getUint32(this.#start, hostIsLittleEndian);
  }

  i32(): number {
    this.#need(4);
    return this.#view.getInt32(this.#start, hostIsLittleEndian);
  }

  u64(): bigint {
    this.#need(8);
    return this.#view.getBigUint64(this.#start, hostIsLittleEndian);
  }

  /** Two octets in network order. */
  be16(): number {
    this.#need(2);
    return this.#view.getUint16(this.#start);
  }

  /** Four octets in network order. */
  be32(): number {
    this.#need(4);
    return this.#view.getUint32(this.#start);
  }

  /** Eight octets in network order. */
  be64(): bigint {
    this.#need(8);
    return this.#view.getBigUint64(this.#start);
  }

  /** The payload as text, up to its first NUL. */
  text(): string {
    const payload = this.bytes();
    const nul = payload.indexOf(0);
    return latin.decode(nul < 0 ? payload : payload.subarray(0, nul));
  }

  /** A view of the payload; the caller copies if it keeps it. */
  bytes(): Uint8Array {
    return this.#octets.subarray(this.#start, this.#start + this.#length);
  }

  /** The payload as a row of attributes; `skip` octets of a fixed header in front of them are passed over. */
  nested(skip = 0): AttributeReader {
    this.#need(skip);
    return new AttributeReader(this.#octets, this.#start + skip, this.#start + this.#length, this.#view);
  }

  #need(octets: number): void {
    if (this.#length < octets) {
      throw malformed(`attribute ${this.#type} has ${this.#length} octets where ${octets} are needed`);
    }
  }
}

/** A DataView over the same octets. */
export function viewOf(octets: Uint8Array): DataView {
  return new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
}
