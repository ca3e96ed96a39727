import { attributeCode } from "../iana.ts";
import { type AttributeDescriptor, WELL_KNOWN, writeAttributeHeader } from "./descriptor.ts";
import { lengthFlaw, notFromExternal } from "./flaw.ts";
import { u32At } from "./octets.ts";

/** LOCAL_PREF, between internal peers only (RFC 4271 5.1.5; faults: RFC 7606 7.5). */
export const localPref: AttributeDescriptor = {
  code: attributeCode.localPref,
  name: "LOCAL_PREF",
  flags: WELL_KNOWN,
  decode(buf, start, end, into, terms) {
    if (!terms.isInternal) return notFromExternal;
    if (end - start !== 4) return lengthFlaw("withdraw", end - start, "4");
    into.localPref = u32At(buf, start);
    return undefined;
  },
  encode(attributes, writer, terms) {
    if (attributes.localPref === undefined || !terms.isInternal) return;
    writeAttributeHeader(writer, WELL_KNOWN, attributeCode.localPref, 4).u32(attributes.localPref);
  },
};
