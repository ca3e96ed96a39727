import { invariant } from "../../lib/error.ts";
import { NLA_F_NESTED, NLA_HDRLEN, viewOf } from "./attribute.ts";
import { hostIsLittleEndian, NLMSG_HDRLEN } from "./header.ts";

const encoder = new TextEncoder();

/**
 * Netlink messages, one behind another in one buffer that a single send takes. Lengths are patched when a message or a
 * nest ends, and everything is aligned to four octets, so a codec reads top to bottom and never counts. Meant to be
 * reused: `reset()` keeps the memory. Numbers are host-endian unless the name begins with `be`.
 */
export class MessageWriter {
  #octets: Uint8Array;
  #view: DataView;
  #at = 0;
  #open = -1;

  constructor(capacity = 16384) {
    this.#octets = new Uint8Array(capacity);
    this.#view = viewOf(this.#octets);
  }

  /** Octets written so far. */
  get length(): number {
    return this.#at;
  }

  /** Empties the writer and keeps its memory. */
  reset(): this {
    this.#at = 0;
    this.#open = -1;
    return this;
  }

  /** Opens a message; ends the one before it. */
  begin(type: number, flags: number, sequence: number): this {
    this.#close();
    this.#open = this.#at;
    this.u32(0).u16(type).u16(flags).u32(sequence).u32(0);
    return this;
  }

  /** Adds flags to the message that is open: the last of a batch learns late that it is the last. */
  addFlags(flags: number): this {
    invariant(this.#open >= 0, "no netlink message is open");
    const at = this.#open + 6;
    this.#view.setUint16(at, this.#view.getUint16(at, hostIsLittleEndian) | flags, hostIsLittleEndian);
    return this;
  }

  u8(value: number): this {
    this.#room(1);
    this.#octets[this.#at++] = value;
    return this;
  }

  u16(value: number): this {
    this.#room(2);
    this.#view.setUint16(this.#at, value, hostIsLittleEndian);
    this.#at += 2;
    return this;
  }

  u32(value: number): this {
    this.#room(4);
    this.#view.setUint32(this.#at, value, hostIsLittleEndian);
    this.#at += 4;
    return this;
  }

  be16(value: number): this {
    this.#room(2);
    this.#view.setUint16(this.#at, value);
    this.#at += 2;
    return this;
  }

  be32(value: number): this {
    this.#room(4);
    this.#view.setUint32(this.#at, value);
    this.#at += 4;
    return this;
  }

  bytes(value: Uint8Array): this {
    this.#room(value.length);
    this.#octets.set(value, this.#at);
    this.#at += value.length;
    return this;
  }

  /** Text of characters 0..255, an octet each. */
  latin(text: string): this {
    this.#room(text.length);
    const octets = this.#octets;
    let at = this.#at;
    for (let i = 0; i < text.length; i++) octets[at++] = text.charCodeAt(i);
    this.#at = at;
    return this;
  }

  /** Octets of value 0. */
  zeros(count: number): this {
    this.#room(count);
    this.#octets.fill(0, this.#at, this.#at + count);
    this.#at += count;
    return this;
  }

  attrU8(type: number, value: number): this {
    return this.#attr(type, 1).u8(value).zeros(3);
  }

  attrU16(type: number, value: number): this {
    return this.#attr(type, 2).u16(value).zeros(2);
  }

  attrU32(type: number, value: number): this {
    return this.#attr(type, 4).u32(value);
  }

  attrU64(type: number, value: bigint): this {
    this.#attr(type, 8).#room(8);
    this.#view.setBigUint64(this.#at, value, hostIsLittleEndian);
    this.#at += 8;
    return this;
  }

  attrBe16(type: number, value: number): this {
    return this.#attr(type, 2).be16(value).zeros(2);
  }

  attrBe32(type: number, value: number): this {
    return this.#attr(type, 4).be32(value);
  }

  attrBe64(type: number, value: bigint): this {
    this.#attr(type, 8).#room(8);
    this.#view.setBigUint64(this.#at, value);
    this.#at += 8;
    return this;
  }

  attrBytes(type: number, value: Uint8Array): this {
    return this.#attr(type, value.length).bytes(value).#pad();
  }

  /** Text with a NUL behind it, as the kernel wants names. */
  attrText(type: number, value: string): this {
    const text = encoder.encode(value);
    return this.#attr(type, text.length + 1)
      .bytes(text)
      .u8(0)
      .#pad();
  }

  /** An attribute that says something by being there. */
  attrFlag(type: number): this {
    return this.#attr(type, 0);
  }

  /**
   * An attribute around whatever `body` writes. The length field has 16 bits: a nest over 65,535 octets is our bug, so
   * whoever writes long lists splits them.
   */
  nest(type: number, body: (w: this) => void): this {
    return this.rawNest(type | NLA_F_NESTED, body);
  }

  /** As `nest`, without the flag that says so: some old attributes (route multipath, link lists) are not to carry it. */
  rawNest(type: number, body: (w: this) => void): this {
    const mark = this.#at;
    this.u16(0).u16(type);
    body(this);
    const length = this.#at - mark;
    invariant(length <= 0xffff, `netlink attribute ${type & 0x3fff} is ${length} octets, over 65535`);
    this.#view.setUint16(mark, length, hostIsLittleEndian);
    return this.#pad();
  }

  /** Overwrites two octets that were written before. */
  patch16(at: number, value: number): this {
    this.#view.setUint16(at, value, hostIsLittleEndian);
    return this;
  }

  /** Ends the open message and answers a view of all octets, valid until the next write. */
  view(): Uint8Array {
    this.#close();
    return this.#octets.subarray(0, this.#at);
  }

  #attr(type: number, payload: number): this {
    invariant(payload + NLA_HDRLEN <= 0xffff, `netlink attribute ${type} is too long`);
    return this.u16(payload + NLA_HDRLEN).u16(type);
  }

  #pad(): this {
    return this.zeros(-this.#at & 3);
  }

  #close(): void {
    if (this.#open < 0) return;
    invariant(this.#at - this.#open >= NLMSG_HDRLEN, "netlink message without a header");
    this.#view.setUint32(this.#open, this.#at - this.#open, hostIsLittleEndian);
    this.#pad();
    this.#open = -1;
  }

  #room(count: number): void {
    if (this.#at + count <= this.#octets.length) return;
    const grown = new Uint8Array(Math.max(this.#octets.length * 2, this.#at + count));
    grown.set(this.#octets.subarray(0, this.#at));
    this.#octets = grown;
    this.#view = viewOf(grown);
  }
}
