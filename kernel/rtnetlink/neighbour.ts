import { type Address, addressBytes, addressFromBytes } from "../../net/address.ts";
import { formatMac, parseMac } from "../../net/mac.ts";
import type { Neighbour } from "../neighbour.ts";
import type { Message } from "../netlink/message-reader.ts";
import type { MessageWriter } from "../netlink/message-writer.ts";
import { k } from "./constants.ts";
import { addressFamily, familyOf } from "./family.ts";

/** The neighbour of an RTM_NEWNEIGH; undefined when it is not IP or not permanent. */
export function decodeNeighbour(message: Message): Neighbour | undefined {
  if (!familyOf(message.u8(0)) || (message.u16(8) & k.NUD_PERMANENT) === 0) return undefined;
  let address: Address | undefined;
  let mac = "";
  const row = message.attributes(k.SIZEOF_NDMSG);
  while (row.next()) {
    if (row.type === k.NDA_DST) address = addressFromBytes(row.bytes());
    else if (row.type === k.NDA_LLADDR && row.length === 6) mac = formatMac(row.bytes());
  }
  return address && { ifindex: message.u32(4), address, mac };
}

/** Body of an RTM_NEWNEIGH or RTM_DELNEIGH of a permanent neighbour. */
export function encodeNeighbour(w: MessageWriter, neighbour: Neighbour): void {
  encodeHeader(w, addressFamily[neighbour.address.family], neighbour.ifindex, k.NUD_PERMANENT);
  w.attrBytes(k.NDA_DST, addressBytes(neighbour.address));
  const mac = parseMac(neighbour.mac);
  if (mac) w.attrBytes(k.NDA_LLADDR, mac);
}

/** Body of a dump of all neighbours. */
export function encodeNeighbourDump(w: MessageWriter): void {
  encodeHeader(w, k.AF_UNSPEC, 0, 0);
}

/**
 *      struct ndmsg: family u8, pad u8, pad u16, ifindex i32, state u16, flags u8, type u8
 */
function encodeHeader(w: MessageWriter, family: number, ifindex: number, state: number): void {
  w.u8(family).u8(0).u16(0).u32(ifindex).u16(state).u8(0).u8(0);
}
