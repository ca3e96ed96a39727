import { attributeCode, updateError } from "../iana.ts";
import { type AttributeDescriptor, WELL_KNOWN, writeAttributeHeader } from "./descriptor.ts";
import { lengthFlaw } from "./flaw.ts";
import type { Origin } from "./path-attributes.ts";

/** Every origin, in the order of its code on the wire, which is also best first (RFC 4271 4.3, 9.1.2.2 b). */
export const origins: readonly Origin[] = ["igp", "egp", "incomplete"];

/** ORIGIN (RFC 4271 5.1.1; faults: RFC 7606 7.1). */
export const origin: AttributeDescriptor = {
  code: attributeCode.origin,
  name: "ORIGIN",
  flags: WELL_KNOWN,
  decode(buf, start, end, into) {
    if (end - start !== 1) return lengthFlaw("withdraw", end - start, "1");
    const value = origins[buf[start]!];
    if (!value) return { action: "withdraw", subcode: updateError.origin, why: `${buf[start]}: 0, 1 or 2 expected` };
    into.origin = value;
    return undefined;
  },
  encode(attributes, writer) {
    writeAttributeHeader(writer, WELL_KNOWN, attributeCode.origin, 1).u8(origins.indexOf(attributes.origin));
  },
};
