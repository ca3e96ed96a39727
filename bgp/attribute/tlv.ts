import { u16At } from "./octets.ts";

/** How a list of type, length, value is written: octets of the type; the length has two. */
export interface TlvForm {
  readonly typeOctets: 1 | 2;
  /** The length counts type and length too (RFC 7311 3). */
  readonly countsHead?: boolean;
}

/** What is wrong with the list of TLVs from `start` to `end`: it is empty, or one does not fit; undefined if nothing is. */
export function tlvFlaw(buf: Uint8Array, start: number, end: number, form: TlvForm): string | undefined {
  const head = form.typeOctets + 2;
  const least = form.countsHead ? head : 0;
  if (start === end) return "no TLV";
  for (let at = start; at < end; ) {
    if (end - at < head) return `${end - at} octets are left over after the last TLV`;
    const length = u16At(buf, at + form.typeOctets);
    if (length < least) return `a TLV of ${length} octets: at least ${least} expected`;
    at += form.countsHead ? length : head + length;
    if (at > end) return `a TLV of ${length} octets runs over the end`;
  }
  return undefined;
}
