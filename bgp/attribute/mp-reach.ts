import { type Address, isLinkLocal } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import { attributeCode, updateError } from "../iana.ts";
import { type AttributeDescriptor, type Flaw, OPTIONAL } from "./descriptor.ts";
import { ipv4At, ipv6At, isHostAddress } from "./host-address.ts";
import type { MpNextHop } from "./path-attributes.ts";

/**
 * The next hop of 4, 16 or 32 octets that lies from `start` to `end` (RFC 2545 3, RFC 8950 4): global, link-local, or
 * both. Some speakers send `::` or the link-local address in the place of the global one; then the link-local counts.
 */
export function readNextHop(buf: Uint8Array, start: number, end: number): MpNextHop | Flaw {
  const octets = end - start;
  if (octets !== 4 && octets !== 16 && octets !== 32) {
    return { action: "reset", subcode: updateError.optional, why: `next hop of ${octets} octets` };
  }
  const first = octets === 4 ? ipv4At(buf, start) : ipv6At(buf, start);
  const second = octets === 32 ? ipv6At(buf, start + 16) : undefined;
  const linkLocal = [second, first].find((one): one is Address => one?.family === "ipv6" && isLinkLocal(one));
  const address = isHostAddress(first) ? first : linkLocal;
  if (address) return { address, linkLocal };
  const why = `next hop ${formatAddress(first)} is not the address of a host`;
  return { action: "withdraw", subcode: updateError.nextHop, why };
}

/**
 * MP_REACH_NLRI (RFC 4760 3), of which only the next hop belongs to the attributes of a route. `scanUpdate` has judged
 * its structure; whoever packs prefixes writes it, so `encode` writes nothing.
 */
export const mpReach: AttributeDescriptor = {
  code: attributeCode.mpReach,
  name: "MP_REACH_NLRI",
  flags: OPTIONAL,
  decode(buf, start, end, into) {
    const hopEnd = start + 4 + (buf[start + 3] ?? 0);
    if (end - start < 5 || hopEnd >= end) {
      return { action: "reset", subcode: updateError.optional, why: "too short for its next hop" };
    }
    const hop = readNextHop(buf, start + 4, hopEnd);
    if ("why" in hop) return hop;
    into.mpNextHop = hop;
    return undefined;
  },
  encode() {},
};
