import { u16At } from "../attribute/octets.ts";
import { attributeFlag, updateError } from "../iana.ts";
import { HEADER_LENGTH } from "../message/header.ts";
import { isStronger, type UpdateFault } from "../message/update-fault.ts";

/** An UPDATE with a fault in it, kept as evidence (RFC 7606 6). */
export interface MalformedMessage {
  /** Wall-clock milliseconds. */
  readonly at: number;
  /** The message as it came, marker included, cut after 4096 octets. */
  readonly octets: Uint8Array;
  /** How long it was. */
  readonly length: number;
  /** Where in the message the worst fault begins: its attribute, or the prefixes; -1 when it is nowhere in particular. */
  readonly offset: number;
  /** What became of it: an attribute was left out, its routes were withdrawn, the session ended. */
  readonly verdict: "discard" | "withdraw" | "reset";
  /** Type code of the attribute, or undefined when it is none. */
  readonly attribute: number | undefined;
  readonly why: string;
}

/** How many malformed messages of a peer are kept. */
export const MALFORMED_KEPT = 16;

/** Octets kept of each. */
export const MALFORMED_OCTETS = 4096;

/** The last malformed messages of one peer, whatever session they came in. */
export class MalformedRing {
  #kept: MalformedMessage[] = [];

  /** Keeps the UPDATE from `start` to `end` with what is wrong with it; copies. Nothing when nothing is wrong. */
  add(at: number, buf: Uint8Array, start: number, end: number, faults: readonly UpdateFault[]): void {
    let worst: UpdateFault | undefined;
    for (const one of faults) if (!worst || isStronger(one.action, worst.action)) worst = one;
    if (!worst) return;
    const { action: verdict, attribute, why } = worst;
    const octets = buf.slice(start, Math.min(end, start + MALFORMED_OCTETS));
    const offset = faultOffset(buf, start, end, worst);
    this.#kept = [...this.#kept, { at, octets, length: end - start, offset, verdict, attribute, why }];
    if (this.#kept.length > MALFORMED_KEPT) this.#kept.shift();
  }

  /** Oldest first. */
  list(): readonly MalformedMessage[] {
    return this.#kept;
  }
}

/** Where in a message a fault begins, as far as its structure can be followed; -1 when it cannot, or is the whole's. */
export function faultOffset(buf: Uint8Array, start: number, end: number, fault: UpdateFault): number {
  const withdrawnAt = start + HEADER_LENGTH;
  const lengthAt = withdrawnAt + 2 + (withdrawnAt + 2 <= end ? u16At(buf, withdrawnAt) : 0);
  if (lengthAt + 2 > end) return withdrawnAt - start;
  const attributesEnd = Math.min(end, lengthAt + 2 + u16At(buf, lengthAt));
  if (fault.attribute === undefined) {
    if (fault.subcode !== updateError.network) return -1;
    return (attributesEnd < end ? attributesEnd : withdrawnAt + 2) - start;
  }
  let at = lengthAt + 2;
  while (at + 3 <= attributesEnd) {
    if (buf[at + 1] === fault.attribute) return at - start;
    const isLong = (buf[at]! & attributeFlag.extendedLength) !== 0;
    if (isLong && at + 4 > attributesEnd) return -1;
    at += isLong ? 4 + u16At(buf, at + 2) : 3 + buf[at + 2]!;
  }
  return -1;
}
