import { attributeCode } from "../iana.ts";
import { type AttributeDescriptor, OPTIONAL_TRANSITIVE, partialFlags, writeAttributeHeader } from "./descriptor.ts";
import { lengthFlaw } from "./flaw.ts";
import { u32At } from "./octets.ts";

/** COMMUNITIES (RFC 1997; faults: RFC 7606 7.8). */
export const communities: AttributeDescriptor = {
  code: attributeCode.communities,
  name: "COMMUNITIES",
  flags: OPTIONAL_TRANSITIVE,
  decode(buf, start, end, into) {
    const octets = end - start;
    if (octets === 0 || octets % 4 !== 0) return lengthFlaw("withdraw", octets, "a multiple of 4, not 0,");
    const values = new Set<number>();
    for (let at = start; at < end; at += 4) values.add(u32At(buf, at));
    into.communities = [...values];
    return undefined;
  },
  encode(attributes, writer) {
    const values = attributes.communities;
    if (values.length === 0) return;
    const flags = partialFlags(attributes, OPTIONAL_TRANSITIVE, attributeCode.communities);
    writeAttributeHeader(writer, flags, attributeCode.communities, values.length * 4);
    for (const value of values) writer.u32(value);
  },
};
