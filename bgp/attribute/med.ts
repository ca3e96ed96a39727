import { attributeCode } from "../iana.ts";
import { type AttributeDescriptor, OPTIONAL, writeAttributeHeader } from "./descriptor.ts";
import { lengthFlaw } from "./flaw.ts";
import { u32At } from "./octets.ts";

/** MULTI_EXIT_DISC (RFC 4271 5.1.4; faults: RFC 7606 7.4). */
export const med: AttributeDescriptor = {
  code: attributeCode.med,
  name: "MULTI_EXIT_DISC",
  flags: OPTIONAL,
  decode(buf, start, end, into) {
    if (end - start !== 4) return lengthFlaw("withdraw", end - start, "4");
    into.med = u32At(buf, start);
    return undefined;
  },
  encode(attributes, writer) {
    if (attributes.med === undefined) return;
    writeAttributeHeader(writer, OPTIONAL, attributeCode.med, 4).u32(attributes.med);
  },
};
