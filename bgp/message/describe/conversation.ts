import { type Family, families } from "../../../net/family.ts";
import type { Capabilities } from "../../capability/capabilities.ts";
import { messageType } from "../../iana.ts";
import { HEADER_LENGTH } from "../header.ts";
import { describeMessage, type MessageWords } from "./message.ts";
import { openOffer } from "./open.ts";
import type { DescribeTerms } from "./terms.ts";

type Offer = { readonly asn: number; readonly capabilities: Capabilities };

/** Who of the two ends of a connection speaks. */
export type Side = 0 | 1;

/** Longest message that is waited for (RFC 8654). */
const longest = 65535;

/** Octets in which no message begins. */
export interface Garbage {
  readonly type: "GARBAGE";
  readonly length: number;
  readonly why: string;
}

/**
 * Two streams of octets, the directions of one connection, cut into messages and put into words. The OPENs seen on it decide
 * how the rest is read (RFC 6793, RFC 7911); without them the messages are read as makes sense. Where a stream does not
 * begin with a message, what stands before the next one is skipped and told of. Holds one message a direction at most.
 */
export class Conversation {
  readonly #offers: [Offer | undefined, Offer | undefined] = [undefined, undefined];
  readonly #carry: [Uint8Array, Uint8Array] = [new Uint8Array(0), new Uint8Array(0)];
  #terms: [DescribeTerms, DescribeTerms] = [{}, {}];
  readonly #tell: (side: Side, words: MessageWords | Garbage) => void;

  constructor(tell: (side: Side, words: MessageWords | Garbage) => void) {
    this.#tell = tell;
  }

  /** The octets that `side` said next. */
  push(side: Side, chunk: Uint8Array): void {
    const before = this.#carry[side];
    const buf = before.length === 0 ? chunk : joined(before, chunk);
    let at = 0;
    while (buf.length - at >= HEADER_LENGTH) {
      if (!isHeader(buf, at)) {
        const next = nextHeader(buf, at + 1);
        this.#tell(side, { type: "GARBAGE", length: next - at, why: "no message begins here" });
        at = next;
        continue;
      }
      const end = at + ((buf[at + 16]! << 8) | buf[at + 17]!);
      if (end > buf.length) break;
      this.#message(side, buf, at, end);
      at = end;
    }
    this.#carry[side] = buf.slice(at);
  }

  /** Some octets of `side` are missing here: whatever had begun is lost. */
  gap(side: Side): void {
    this.flush(side);
  }

  /** The stream of `side` is over: tells of what is left of it. */
  flush(side: Side): void {
    const { length } = this.#carry[side];
    if (length > 0) this.#tell(side, { type: "GARBAGE", length, why: "a message is cut off here" });
    this.#carry[side] = new Uint8Array(0);
  }

  #message(side: Side, buf: Uint8Array, start: number, end: number): void {
    if (buf[start + 18] === messageType.open && end - start >= 29) {
      this.#offers[side] = openOffer(buf, start, end);
      this.#terms = [this.#agreed(0), this.#agreed(1)];
    }
    this.#tell(side, describeMessage(buf, start, end, this.#terms[side]));
  }

  /** How what `side` says is read. */
  #agreed(side: Side): DescribeTerms {
    const [from, to] = [this.#offers[side], this.#offers[side === 0 ? 1 : 0]];
    if (!from || !to) return {};
    const ids = (family: Family): boolean =>
      from.capabilities.addPath[family].send && to.capabilities.addPath[family].receive;
    return {
      fourOctetAs: from.capabilities.fourOctetAs !== undefined && to.capabilities.fourOctetAs !== undefined,
      addPath: Object.fromEntries(families.map((family) => [family, ids(family)])),
      isInternal: from.asn === to.asn,
    };
  }
}

function joined(before: Uint8Array, after: Uint8Array): Uint8Array {
  const both = new Uint8Array(before.length + after.length);
  both.set(before);
  both.set(after, before.length);
  return both;
}

function isMarker(buf: Uint8Array, at: number): boolean {
  for (let i = at; i < at + 16; i++) if (buf[i] !== 0xff) return false;
  return true;
}

function isHeader(buf: Uint8Array, at: number): boolean {
  if (!isMarker(buf, at)) return false;
  const length = (buf[at + 16]! << 8) | buf[at + 17]!;
  return length >= HEADER_LENGTH && length <= longest;
}

/** Where the next message may begin: at a header, or where the octets that are here are too few to tell. */
function nextHeader(buf: Uint8Array, from: number): number {
  let at = from;
  while (buf.length - at >= HEADER_LENGTH && !isHeader(buf, at)) at++;
  return at;
}
