import { formatAddress } from "../../net/address-text.ts";
import { attributeCode, updateError } from "../iana.ts";
import { type AttributeDescriptor, WELL_KNOWN, writeAttributeHeader } from "./descriptor.ts";
import { lengthFlaw } from "./flaw.ts";
import { ipv4At, isHostAddress } from "./host-address.ts";

/** NEXT_HOP of IPv4 prefixes in the NLRI field (RFC 4271 5.1.3; faults: RFC 7606 7.3). */
export const nextHop: AttributeDescriptor = {
  code: attributeCode.nextHop,
  name: "NEXT_HOP",
  flags: WELL_KNOWN,
  decode(buf, start, end, into) {
    if (end - start !== 4) return lengthFlaw("withdraw", end - start, "4");
    const address = ipv4At(buf, start);
    if (!isHostAddress(address)) {
      const why = `${formatAddress(address)} is not the address of a host`;
      return { action: "withdraw", subcode: updateError.nextHop, why };
    }
    into.nextHop = address;
    return undefined;
  },
  encode(attributes, writer) {
    const address = attributes.nextHop;
    if (address) writeAttributeHeader(writer, WELL_KNOWN, attributeCode.nextHop, 4).u32(address.a);
  },
};
