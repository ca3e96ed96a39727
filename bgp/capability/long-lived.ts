import { afiOf, familyOf, SAFI_UNICAST } from "../family.ts";
import { capabilityCode } from "../iana.ts";
import type { LongLivedCapability } from "./capabilities.ts";
import { type CapabilityDescriptor, wrongLength } from "./descriptor.ts";

const FORWARDING = 0x80;
const LONGEST = 0xffffff;

/**
 * Long-Lived Graceful Restart (RFC 9494 3.1): AFI 2, SAFI 1, flags 1 and stale time 3 for each family. Of several, the last
 * counts. Void without Graceful Restart (RFC 9494 4.1), which is for whoever negotiates to see.
 */
export const longLived: CapabilityDescriptor = {
  code: capabilityCode.longLivedGracefulRestart,
  name: "Long-Lived Graceful Restart",
  decode(buf, start, end, into) {
    if ((end - start) % 7 !== 0) return wrongLength(end - start, "a multiple of 7");
    const families: LongLivedCapability["families"][number][] = [];
    for (let at = start; at < end; at += 7) {
      const family = familyOf((buf[at]! << 8) | buf[at + 1]!, buf[at + 2]!);
      if (!family || families.some((one) => one.family === family)) continue;
      const staleSeconds = (buf[at + 4]! << 16) | (buf[at + 5]! << 8) | buf[at + 6]!;
      families.push({ family, forwarding: (buf[at + 3]! & FORWARDING) !== 0, staleSeconds });
    }
    into.longLived = { families };
    return undefined;
  },
  encode({ longLived: offer }, writer) {
    if (!offer) return;
    writer.u8(capabilityCode.longLivedGracefulRestart).u8(7 * offer.families.length);
    for (const { family, forwarding, staleSeconds } of offer.families) {
      const time = Math.min(staleSeconds, LONGEST);
      writer.u16(afiOf[family]).u8(SAFI_UNICAST);
      writer.u8(forwarding ? FORWARDING : 0);
      writer.u8(time >>> 16).u16(time & 0xffff);
    }
  },
};
