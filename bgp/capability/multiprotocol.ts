import { afiOf, familyOf, SAFI_UNICAST } from "../family.ts";
import { capabilityCode } from "../iana.ts";
import { type CapabilityDescriptor, wrongLength } from "./descriptor.ts";

/** Multiprotocol Extensions (RFC 4760 8): AFI 2, reserved 1, SAFI 1; one for each family. Others' families are skipped. */
export const multiprotocol: CapabilityDescriptor = {
  code: capabilityCode.multiprotocol,
  name: "Multiprotocol Extensions",
  decode(buf, start, end, into) {
    if (end - start !== 4) return wrongLength(end - start, "4");
    const before = into.families ?? [];
    const family = familyOf((buf[start]! << 8) | buf[start + 1]!, buf[start + 3]!);
    into.families = family && !before.includes(family) ? [...before, family] : before;
    return undefined;
  },
  encode(capabilities, writer) {
    for (const family of capabilities.families ?? []) {
      writer.u8(capabilityCode.multiprotocol).u8(4).u16(afiOf[family]).u8(0).u8(SAFI_UNICAST);
    }
  },
};
