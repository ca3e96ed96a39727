import { isLinkLocal } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import { decodeMessage, type MessageReading } from "./codec.ts";
import { requiredHopLimit } from "./message.ts";
import type { DiscoveryArrival } from "./port.ts";

/** As `decodeMessage`, of what arrived: also how it came here is judged, the first fault in the order of RFC 4861 6.1. */
export function readArrival({ source, hopLimit, octets, isCut }: DiscoveryArrival): MessageReading {
  if (hopLimit !== requiredHopLimit) {
    const came = hopLimit < 0 ? "an unknown hop limit" : `hop limit ${hopLimit}`;
    return { ok: false, why: `${came}: it was not sent on this link` };
  }
  if (isCut) return { ok: false, why: "longer than any packet of a link" };
  const reading = decodeMessage(octets);
  if (!reading.ok) return reading;
  const isUnspecified = (source.a | source.b | source.c | source.d) === 0;
  if (reading.message.kind === "advertisement" && !(source.family === "ipv6" && isLinkLocal(source))) {
    return { ok: false, why: `an advertisement from ${formatAddress(source)}, which is not link-local` };
  }
  if (reading.message.kind === "solicitation" && isUnspecified && reading.message.mac !== "") {
    return { ok: false, why: "a solicitation with a hardware address but no source" };
  }
  return reading;
}
