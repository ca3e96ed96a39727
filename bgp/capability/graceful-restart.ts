import { afiOf, familyOf, SAFI_UNICAST } from "../family.ts";
import { capabilityCode } from "../iana.ts";
import type { GracefulRestartCapability } from "./capabilities.ts";
import { type CapabilityDescriptor, wrongLength } from "./descriptor.ts";

const RESTARTING = 0x8000;
const NOTIFICATION = 0x4000;
const FORWARDING = 0x80;

/**
 * Graceful Restart (RFC 4724 3, RFC 8538 2): flags and restart time in two octets, then AFI 2, SAFI 1 and flags 1 for each
 * family. Of several, the last counts.
 *
 *      |R|N|r r|   restart time, 12 bits     |
 */
export const gracefulRestart: CapabilityDescriptor = {
  code: capabilityCode.gracefulRestart,
  name: "Graceful Restart",
  decode(buf, start, end, into) {
    const octets = end - start;
    if (octets < 2 || (octets - 2) % 4 !== 0) return wrongLength(octets, "2 and a multiple of 4");
    const word = (buf[start]! << 8) | buf[start + 1]!;
    const families: GracefulRestartCapability["families"][number][] = [];
    for (let at = start + 2; at < end; at += 4) {
      const family = familyOf((buf[at]! << 8) | buf[at + 1]!, buf[at + 2]!);
      if (!family || families.some((one) => one.family === family)) continue;
      families.push({ family, forwarding: (buf[at + 3]! & FORWARDING) !== 0 });
    }
    into.gracefulRestart = {
      restarting: (word & RESTARTING) !== 0,
      notification: (word & NOTIFICATION) !== 0,
      restartSeconds: word & 0xfff,
      families,
    };
    return undefined;
  },
  encode({ gracefulRestart: offer }, writer) {
    if (!offer) return;
    const bits = (offer.restarting ? RESTARTING : 0) | (offer.notification ? NOTIFICATION : 0);
    writer.u8(capabilityCode.gracefulRestart).u8(2 + 4 * offer.families.length);
    writer.u16(bits | Math.min(offer.restartSeconds, 0xfff));
    for (const { family, forwarding } of offer.families) {
      writer
        .u16(afiOf[family])
        .u8(SAFI_UNICAST)
        .u8(forwarding ? FORWARDING : 0);
    }
  },
};
