import { attributeCode } from "../iana.ts";
import { type AttributeDescriptor, OPTIONAL, writeAttributeHeader } from "./descriptor.ts";
import { lengthFlaw, notFromExternal } from "./flaw.ts";
import { u32At } from "./octets.ts";

/** ORIGINATOR_ID: who brought the route into this AS (RFC 4456 8; faults: RFC 7606 7.9). */
export const originatorId: AttributeDescriptor = {
  code: attributeCode.originatorId,
  name: "ORIGINATOR_ID",
  flags: OPTIONAL,
  decode(buf, start, end, into, terms) {
    if (!terms.isInternal) return notFromExternal;
    if (end - start !== 4) return lengthFlaw("withdraw", end - start, "4");
    into.originatorId = u32At(buf, start);
    return undefined;
  },
  encode(attributes, writer, terms) {
    if (attributes.originatorId === undefined || !terms.isInternal) return;
    writeAttributeHeader(writer, OPTIONAL, attributeCode.originatorId, 4).u32(attributes.originatorId);
  },
};
