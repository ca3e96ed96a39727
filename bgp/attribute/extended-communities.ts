import { attributeCode } from "../iana.ts";
import { type AttributeDescriptor, OPTIONAL_TRANSITIVE, partialFlags, writeAttributeHeader } from "./descriptor.ts";
import { lengthFlaw } from "./flaw.ts";
import { u32At } from "./octets.ts";
import type { ExtendedCommunity } from "./path-attributes.ts";

/** Whether a community stays within the AS: the T bit of its type (RFC 4360 2). */
export function isNonTransitive(community: ExtendedCommunity): boolean {
  return (community.high & 0x40000000) !== 0;
}

/** EXTENDED COMMUNITIES (RFC 4360; faults: RFC 7606 7.14). A type that is not known is no fault. */
export const extendedCommunities: AttributeDescriptor = {
  code: attributeCode.extendedCommunities,
  name: "EXTENDED_COMMUNITIES",
  flags: OPTIONAL_TRANSITIVE,
  decode(buf, start, end, into) {
    const octets = end - start;
    if (octets === 0 || octets % 8 !== 0) return lengthFlaw("withdraw", octets, "a multiple of 8, not 0,");
    const values: ExtendedCommunity[] = [];
    for (let at = start; at < end; at += 8) values.push({ high: u32At(buf, at), low: u32At(buf, at + 4) });
    into.extendedCommunities = values;
    return undefined;
  },
  encode(attributes, writer) {
    const values = attributes.extendedCommunities;
    if (values.length === 0) return;
    const flags = partialFlags(attributes, OPTIONAL_TRANSITIVE, attributeCode.extendedCommunities);
    writeAttributeHeader(writer, flags, attributeCode.extendedCommunities, values.length * 8);
    for (const { high, low } of values) writer.u32(high).u32(low);
  },
};
