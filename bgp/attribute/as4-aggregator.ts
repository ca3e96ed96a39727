import { attributeCode } from "../iana.ts";
import { readAggregator } from "./aggregator.ts";
import { type AttributeDescriptor, OPTIONAL_TRANSITIVE, writeAttributeHeader } from "./descriptor.ts";

/** AS4_AGGREGATOR (RFC 6793 3; faults: its section 6): as AS4_PATH, of the aggregator. */
export const as4Aggregator: AttributeDescriptor = {
  code: attributeCode.as4Aggregator,
  name: "AS4_AGGREGATOR",
  flags: OPTIONAL_TRANSITIVE,
  decode(buf, start, end, into, terms) {
    if (terms.fourOctetAs) return undefined;
    const value = readAggregator(buf, start, end, 4);
    if ("why" in value) return value;
    into.as4Aggregator = value;
    return undefined;
  },
  encode(attributes, writer, terms) {
    const value = attributes.aggregator;
    if (terms.fourOctetAs || !value || value.asn <= 0xffff) return;
    writeAttributeHeader(writer, OPTIONAL_TRANSITIVE, attributeCode.as4Aggregator, 8)
      .u32(value.asn)
      .u32(value.routerId);
  },
};
