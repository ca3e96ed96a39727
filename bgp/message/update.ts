import type { Writer } from "../../lib/writer.ts";
import { addressBytes } from "../../net/address.ts";
import type { Family } from "../../net/family.ts";
import { OPTIONAL, writeAttributeHeader } from "../attribute/descriptor.ts";
import type { MpNextHop } from "../attribute/path-attributes.ts";
import { afiOf, SAFI_UNICAST } from "../family.ts";
import { attributeCode, messageType } from "../iana.ts";
import { writeMessage } from "./header.ts";

/** Octets of an UPDATE beside withdrawn routes, attributes and NLRI: header and two length fields. */
export const UPDATE_OVERHEAD = 23;

/** Parts of one UPDATE, each already in wire form; RFC 7606 5.1 asks for only one of the four kinds of prefixes. */
export interface UpdateParts {
  readonly withdrawn?: Uint8Array;
  /** MP_REACH_NLRI or MP_UNREACH_NLRI, whole; stands before the other attributes. */
  readonly multiprotocol?: Uint8Array;
  readonly attributes?: Uint8Array;
  readonly nlri?: Uint8Array;
}

/** Appends an UPDATE (RFC 4271 4.3). */
export function writeUpdate(writer: Writer, parts: UpdateParts): Writer {
  return writeMessage(writer, messageType.update, (w) => {
    w.sized16(() => parts.withdrawn && w.bytes(parts.withdrawn));
    w.sized16(() => {
      if (parts.multiprotocol) w.bytes(parts.multiprotocol);
      if (parts.attributes) w.bytes(parts.attributes);
    });
    if (parts.nlri) w.bytes(parts.nlri);
  });
}

/** Appends MP_REACH_NLRI (RFC 4760 3, RFC 2545 3): the link-local address follows the global one when both are there. */
export function writeReach(writer: Writer, family: Family, nextHop: MpNextHop, nlri: Uint8Array): Writer {
  const hop = nextHopBytes(nextHop);
  writeAttributeHeader(writer, OPTIONAL, attributeCode.mpReach, 5 + hop.length + nlri.length);
  return writer.u16(afiOf[family]).u8(SAFI_UNICAST).u8(hop.length).bytes(hop).u8(0).bytes(nlri);
}

/** Appends MP_UNREACH_NLRI (RFC 4760 4). */
export function writeUnreach(writer: Writer, family: Family, nlri: Uint8Array): Writer {
  writeAttributeHeader(writer, OPTIONAL, attributeCode.mpUnreach, 3 + nlri.length);
  return writer.u16(afiOf[family]).u8(SAFI_UNICAST).bytes(nlri);
}

/** The octets of a next hop in MP_REACH_NLRI: 4, 16 or 32. */
export function nextHopBytes(nextHop: MpNextHop): Uint8Array {
  const first = addressBytes(nextHop.address);
  const { linkLocal } = nextHop;
  if (!linkLocal || nextHop.address.family === "ipv4") return first;
  const isLinkLocalOnly = addressBytes(linkLocal).every((octet, i) => octet === first[i]);
  return isLinkLocalOnly ? first : Uint8Array.of(...first, ...addressBytes(linkLocal));
}

/** Appends the End-of-RIB marker of a family (RFC 4724 2): the empty UPDATE for IPv4. */
export function writeEndOfRib(writer: Writer, family: Family): Writer {
  if (family === "ipv4") return writeUpdate(writer, {});
  const unreach = Uint8Array.of(OPTIONAL, attributeCode.mpUnreach, 3, 0, afiOf[family], SAFI_UNICAST);
  return writeUpdate(writer, { multiprotocol: unreach });
}
