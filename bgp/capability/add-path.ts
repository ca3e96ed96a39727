import { families } from "../../net/family.ts";
import { afiOf, familyOf, SAFI_UNICAST } from "../family.ts";
import { capabilityCode } from "../iana.ts";
import { type CapabilityDescriptor, wrongLength } from "./descriptor.ts";

/** ADD-PATH (RFC 7911 4): AFI 2, SAFI 1, and 1 to receive, 2 to send, 3 for both; other values are ignored. */
export const addPath: CapabilityDescriptor = {
  code: capabilityCode.addPath,
  name: "ADD-PATH",
  decode(buf, start, end, into) {
    if ((end - start) % 4 !== 0) return wrongLength(end - start, "a multiple of 4");
    for (let at = start; at < end; at += 4) {
      const family = familyOf((buf[at]! << 8) | buf[at + 1]!, buf[at + 2]!);
      const way = buf[at + 3]!;
      if (!family || way < 1 || way > 3) continue;
      into.addPath = { ...into.addPath, [family]: { receive: (way & 1) !== 0, send: (way & 2) !== 0 } };
    }
    return undefined;
  },
  encode(capabilities, writer) {
    const offered = families.filter((f) => capabilities.addPath[f].send || capabilities.addPath[f].receive);
    if (offered.length === 0) return;
    writer.u8(capabilityCode.addPath).u8(4 * offered.length);
    for (const family of offered) {
      const { send, receive } = capabilities.addPath[family];
      writer
        .u16(afiOf[family])
        .u8(SAFI_UNICAST)
        .u8((receive ? 1 : 0) | (send ? 2 : 0));
    }
  },
};
