import type { Writer } from "../../lib/writer.ts";
import { reservedAsn, segmentType } from "../iana.ts";
import { type AsPath, MAX_SEGMENT, type Segment, type SegmentKind } from "./as-path.ts";
import { u16At, u32At } from "./octets.ts";

const kindOf: readonly (SegmentKind | undefined)[] = [undefined, "set", "sequence", "confed-sequence", "confed-set"];

const typeOf: { readonly [K in SegmentKind]: number } = {
  set: segmentType.set,
  sequence: segmentType.sequence,
  "confed-sequence": segmentType.confedSequence,
  "confed-set": segmentType.confedSet,
};

/**
 * The segments that lie from `start` to `end`, with AS numbers of `width` octets; or, as text, what is malformed about
 * them (RFC 7606 7.2, RFC 7607 2).
 */
export function readAsPath(buf: Uint8Array, start: number, end: number, width: 2 | 4): AsPath | string {
  const path: Segment[] = [];
  let at = start;
  while (at < end) {
    if (at + 2 > end) return "one octet is left over after the last segment";
    const kind = kindOf[buf[at]!];
    const count = buf[at + 1]!;
    if (!kind) return `segment type ${buf[at]} is unknown`;
    if (count === 0) return "a segment is empty";
    at += 2;
    if (at + count * width > end) return `a segment of ${count} AS numbers runs over the end`;
    const asns = new Array<number>(count);
    for (let i = 0; i < count; i++, at += width) {
      const asn = width === 4 ? u32At(buf, at) : u16At(buf, at);
      if (asn === reservedAsn.zero) return "AS 0 stands in the path";
      asns[i] = asn;
    }
    path.push({ kind, asns });
  }
  return path;
}

/** Octets that `writeAsPath` will append. */
export function asPathOctets(path: AsPath, width: 2 | 4): number {
  let octets = 0;
  for (const { asns } of path) octets += 2 * Math.ceil(asns.length / MAX_SEGMENT) + asns.length * width;
  return octets;
}

/** Appends the segments; two-octet numbers stand in as AS_TRANS where they do not fit (RFC 6793 4.2.2). */
export function writeAsPath(writer: Writer, path: AsPath, width: 2 | 4): void {
  for (const { kind, asns } of path) {
    for (let from = 0; from < asns.length; from += MAX_SEGMENT) {
      const part = asns.slice(from, from + MAX_SEGMENT);
      writer.u8(typeOf[kind]).u8(part.length);
      for (const asn of part) {
        if (width === 4) writer.u32(asn);
        else writer.u16(asn > 0xffff ? reservedAsn.trans : asn);
      }
    }
  }
}
