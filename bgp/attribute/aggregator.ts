import { attributeCode, reservedAsn, updateError } from "../iana.ts";
import {
  type AttributeDescriptor,
  type Flaw,
  OPTIONAL_TRANSITIVE,
  partialFlags,
  writeAttributeHeader,
} from "./descriptor.ts";
import { lengthFlaw } from "./flaw.ts";
import { u16At, u32At } from "./octets.ts";
import type { Aggregator } from "./path-attributes.ts";

/** AS number of `width` octets and BGP Identifier; a flaw costs the attribute only (RFC 7606 7.7, RFC 7607 2). */
export function readAggregator(buf: Uint8Array, start: number, end: number, width: 2 | 4): Aggregator | Flaw {
  if (end - start !== width + 4) return lengthFlaw("discard", end - start, `${width + 4}`);
  const asn = width === 4 ? u32At(buf, start) : u16At(buf, start);
  if (asn === reservedAsn.zero) return { action: "discard", subcode: updateError.optional, why: "AS 0" };
  return { asn, routerId: u32At(buf, start + width) };
}

/** AGGREGATOR (RFC 4271 5.1.7, RFC 6793 3; faults: RFC 7606 7.7). */
export const aggregator: AttributeDescriptor = {
  code: attributeCode.aggregator,
  name: "AGGREGATOR",
  flags: OPTIONAL_TRANSITIVE,
  decode(buf, start, end, into, terms) {
    const value = readAggregator(buf, start, end, terms.fourOctetAs ? 4 : 2);
    if ("why" in value) return value;
    into.aggregator = value;
    return undefined;
  },
  encode(attributes, writer, terms) {
    const value = attributes.aggregator;
    if (!value) return;
    const flags = partialFlags(attributes, OPTIONAL_TRANSITIVE, attributeCode.aggregator);
    writeAttributeHeader(writer, flags, attributeCode.aggregator, terms.fourOctetAs ? 8 : 6);
    if (terms.fourOctetAs) writer.u32(value.asn);
    else writer.u16(value.asn > 0xffff ? reservedAsn.trans : value.asn);
    writer.u32(value.routerId);
  },
};
