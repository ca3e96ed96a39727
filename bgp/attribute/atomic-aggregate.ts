import { attributeCode } from "../iana.ts";
import { type AttributeDescriptor, WELL_KNOWN, writeAttributeHeader } from "./descriptor.ts";
import { lengthFlaw } from "./flaw.ts";

/** ATOMIC_AGGREGATE (RFC 4271 5.1.6; faults: RFC 7606 7.6). */
export const atomicAggregate: AttributeDescriptor = {
  code: attributeCode.atomicAggregate,
  name: "ATOMIC_AGGREGATE",
  flags: WELL_KNOWN,
  decode(_buf, start, end, into) {
    if (end !== start) return lengthFlaw("discard", end - start, "none");
    into.atomicAggregate = true;
    return undefined;
  },
  encode(attributes, writer) {
    if (attributes.atomicAggregate) writeAttributeHeader(writer, WELL_KNOWN, attributeCode.atomicAggregate, 0);
  },
};
