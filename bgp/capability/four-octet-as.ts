import { u32At } from "../attribute/octets.ts";
import { capabilityCode } from "../iana.ts";
import { type CapabilityDescriptor, wrongLength } from "./descriptor.ts";

/** Support for 4-octet AS numbers (RFC 6793 3): the side's own AS number. */
export const fourOctetAs: CapabilityDescriptor = {
  code: capabilityCode.fourOctetAs,
  name: "4-octet AS number",
  decode(buf, start, end, into) {
    if (end - start !== 4) return wrongLength(end - start, "4");
    into.fourOctetAs = u32At(buf, start);
    return undefined;
  },
  encode(capabilities, writer) {
    if (capabilities.fourOctetAs === undefined) return;
    writer.u8(capabilityCode.fourOctetAs).u8(4).u32(capabilities.fourOctetAs);
  },
};
