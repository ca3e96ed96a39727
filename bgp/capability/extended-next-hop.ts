import { afiOf, SAFI_UNICAST } from "../family.ts";
import { capabilityCode } from "../iana.ts";
import { type CapabilityDescriptor, wrongLength } from "./descriptor.ts";

/** Extended Next Hop Encoding (RFC 8950 4): triples of AFI, SAFI and next hop AFI, two octets each. */
export const extendedNextHop: CapabilityDescriptor = {
  code: capabilityCode.extendedNextHop,
  name: "Extended Next Hop Encoding",
  decode(buf, start, end, into) {
    if ((end - start) % 6 !== 0) return wrongLength(end - start, "a multiple of 6");
    for (let at = start; at < end; at += 6) {
      const [afi, safi, hop] = [at, at + 2, at + 4].map((i) => (buf[i]! << 8) | buf[i + 1]!);
      if (afi === afiOf.ipv4 && safi === SAFI_UNICAST && hop === afiOf.ipv6) into.extendedNextHop = true;
    }
    return undefined;
  },
  encode(capabilities, writer) {
    if (!capabilities.extendedNextHop) return;
    writer.u8(capabilityCode.extendedNextHop).u8(6).u16(afiOf.ipv4).u16(SAFI_UNICAST).u16(afiOf.ipv6);
  },
};
