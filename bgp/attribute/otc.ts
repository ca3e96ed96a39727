import { attributeCode, updateError } from "../iana.ts";
import { type AttributeDescriptor, OPTIONAL_TRANSITIVE, partialFlags, writeAttributeHeader } from "./descriptor.ts";
import { lengthFlaw } from "./flaw.ts";
import { u32At } from "./octets.ts";

/** ONLY_TO_CUSTOMER (RFC 9234 5, with its faults). */
export const otc: AttributeDescriptor = {
  code: attributeCode.otc,
  name: "ONLY_TO_CUSTOMER",
  flags: OPTIONAL_TRANSITIVE,
  decode(buf, start, end, into) {
    if (end - start !== 4) return lengthFlaw("withdraw", end - start, "4");
    const asn = u32At(buf, start);
    if (asn === 0) return { action: "withdraw", subcode: updateError.optional, why: "AS 0" };
    into.otc = asn;
    return undefined;
  },
  encode(attributes, writer) {
    if (attributes.otc === undefined) return;
    const flags = partialFlags(attributes, OPTIONAL_TRANSITIVE, attributeCode.otc);
    writeAttributeHeader(writer, flags, attributeCode.otc, 4).u32(attributes.otc);
  },
};
