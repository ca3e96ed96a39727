import { capabilityCode } from "../iana.ts";
import type { CapabilityDescriptor } from "./descriptor.ts";
import { printable, shortText } from "./printable.ts";

/**
 * FQDN (draft-walton-bgp-hostname-capability): host name and domain, each behind a length octet. Only for people: one that
 * is malformed says nothing, and is no fault.
 */
export const hostName: CapabilityDescriptor = {
  code: capabilityCode.hostName,
  name: "FQDN",
  decode(buf, start, end, into) {
    const domainAt = start + 1 + (start < end ? buf[start]! : 0);
    if (domainAt > end) return undefined;
    const domainEnd = domainAt < end ? domainAt + 1 + buf[domainAt]! : domainAt;
    if (domainEnd > end) return undefined;
    const domain = domainAt < end ? printable(buf, domainAt + 1, domainEnd) : "";
    into.hostName = { host: printable(buf, start + 1, domainAt), domain };
    return undefined;
  },
  encode({ hostName: offer }, writer) {
    if (!offer) return;
    const [host, domain] = [shortText(offer.host), shortText(offer.domain)];
    writer.u8(capabilityCode.hostName).u8(2 + host.length + domain.length);
    writer.u8(host.length).bytes(host).u8(domain.length).bytes(domain);
  },
};
