import { malformed } from "../error.ts";
import { AttributeReader, viewOf } from "./attribute.ts";
import {
  aligned,
  hostIsLittleEndian,
  NLM_F_ACK_TLVS,
  NLM_F_CAPPED,
  NLMSG_HDRLEN,
  NLMSGERR_ATTR_MSG,
} from "./header.ts";

/** Where a message's body and its attributes can be read: what a decoder of one object gets to see. */
export interface Message {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  /** Who asked for what a notification tells: a socket's port id, 0 the kernel itself. */
  readonly port: number;
  /** Octets of the body. */
  readonly length: number;
  /** One octet of the body, counted from its start. */
  u8(at: number): number;
  /** Two octets of the body, host-endian. */
  u16(at: number): number;
  /** Four octets of the body, host-endian. */
  u32(at: number): number;
  /** The attributes behind a fixed header of `skip` octets. */
  attributes(skip: number): AttributeReader;
  /** A view of the body; the caller copies if it keeps it. */
  body(): Uint8Array;
}

/** What NLMSG_ERROR and NLMSG_DONE say: 0 is success, else a positive error number and the kernel's own sentence. */
export interface Verdict {
  readonly errno: number;
  readonly detail: string;
}

/**
 * A cursor over the messages of one or more datagrams. Like `AttributeReader` it is itself the message it stands on, so
 * a dump of 100 k routes allocates no object for each. A message is valid until the next `next()`.
 */
export class MessageReader implements Message {
  readonly #octets: Uint8Array;
  readonly #view: DataView;
  #next = 0;
  #start = 0;
  #end = 0;
  #type = 0;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
    this.#view = viewOf(octets);
  }

  /** Steps to the next message. @throws KernelError `kernel/malformed` when its length is impossible. */
  next(): boolean {
    const at = this.#next;
    const left = this.#octets.length - at;
    if (left < NLMSG_HDRLEN) return false;
    const length = this.#view.getUint32(at, hostIsLittleEndian);
    if (length < NLMSG_HDRLEN || length > left) throw malformed(`message of ${length} octets where ${left} are left`);
    this.#type = this.#view.getUint16(at + 4, hostIsLittleEndian);
    this.#start = at + NLMSG_HDRLEN;
    this.#end = at + length;
    this.#next = at + aligned(length);
    return true;
  }

  get type(): number {
    return this.#type;
  }

  get flags(): number {
    return this.#view.getUint16(this.#start - 10, hostIsLittleEndian);
  }

  get sequence(): number {
    return this.#view.getUint32(this.#start - 8, hostIsLittleEndian);
  }

  get port(): number {
    return this.#view.getUint32(this.#start - 4, hostIsLittleEndian);
  }

  get length(): number {
    return this.#end - this.#start;
  }

  u8(at: number): number {
    return this.#octets[this.#need(at, 1)]!;
  }

  u16(at: number): number {
    return this.#view.getUint16(this.#need(at, 2), hostIsLittleEndian);
  }

  u32(at: number): number {
    return this.#view.getUint32(this.#need(at, 4), hostIsLittleEndian);
  }

  attributes(skip: number): AttributeReader {
    const start = skip === 0 ? this.#start : this.#need(skip - 1, 1) + 1;
    return new AttributeReader(this.#octets, start, this.#end, this.#view);
  }

  body(): Uint8Array {
    return this.#octets.subarray(this.#start, this.#end);
  }

  #need(at: number, octets: number): number {
    if (at < 0 || this.#start + at + octets > this.#end) {
      throw malformed(`message ${this.#type} has ${this.length} octets where ${at + octets} are needed`);
    }
    return this.#start + at;
  }
}

/**
 * What an NLMSG_ERROR says: its error number and, with NETLINK_EXT_ACK, the kernel's sentence. The refused request
 * stands between them, its header only when NLM_F_CAPPED.
 */
export function readError(message: Message): Verdict {
  const errno = 0 - (message.u32(0) | 0);
  if ((message.flags & NLM_F_ACK_TLVS) === 0) return { errno, detail: "" };
  const echoed = (message.flags & NLM_F_CAPPED) !== 0 ? NLMSG_HDRLEN : aligned(message.u32(4));
  return { errno, detail: detailIn(message.attributes(4 + echoed)) };
}

/** What an NLMSG_DONE says: a dump that failed on its way ends in an error number. */
export function readDone(message: Message): Verdict {
  const errno = message.length >= 4 ? 0 - (message.u32(0) | 0) : 0;
  if ((message.flags & NLM_F_ACK_TLVS) === 0) return { errno, detail: "" };
  return { errno, detail: detailIn(message.attributes(4)) };
}

function detailIn(attributes: AttributeReader): string {
  while (attributes.next()) if (attributes.type === NLMSGERR_ATTR_MSG) return attributes.text();
  return "";
}
