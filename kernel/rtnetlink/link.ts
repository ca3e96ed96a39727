import { formatMac, parseMac } from "../../net/mac.ts";
import type { LinkSettings, VethPair } from "../interfaces.ts";
import type { Link } from "../links.ts";
import type { AttributeReader } from "../netlink/attribute.ts";
import type { Message } from "../netlink/message-reader.ts";
import type { MessageWriter } from "../netlink/message-writer.ts";
import { k } from "./constants.ts";

/**
 * The link of an RTM_NEWLINK or RTM_DELLINK; undefined when the message is about a link's place in a bridge or the like,
 * of which the same types speak under another family.
 */
export function decodeLink(message: Message): Link | undefined {
  if (message.u8(0) !== k.AF_UNSPEC) return undefined;
  const flags = message.u32(8);
  const link = { name: "", mac: "", mtu: 0, kind: "", peer: 0, master: 0 };
  const row = message.attributes(k.SIZEOF_IFINFOMSG);
  while (row.next()) {
    if (row.type === k.IFLA_IFNAME) link.name = row.text();
    else if (row.type === k.IFLA_ADDRESS) link.mac = row.length === 6 ? formatMac(row.bytes()) : "";
    else if (row.type === k.IFLA_MTU) link.mtu = row.u32();
    else if (row.type === k.IFLA_LINK) link.peer = row.u32();
    else if (row.type === k.IFLA_MASTER) link.master = row.u32();
    else if (row.type === k.IFLA_LINKINFO) link.kind = kindIn(row.nested());
  }
  return {
    ifindex: message.u32(4),
    up: (flags & k.IFF_UP) !== 0,
    running: (flags & k.IFF_UP) !== 0 && (flags & k.IFF_LOWER_UP) !== 0,
    ...link,
  };
}

function kindIn(row: AttributeReader): string {
  while (row.next()) if (row.type === k.IFLA_INFO_KIND) return row.text();
  return "";
}

/** Body of a request about one link, by name or ifindex. */
export function encodeLinkQuery(w: MessageWriter, which: string | number): void {
  encodeHeader(w, typeof which === "number" ? which : 0);
  if (typeof which === "string") w.attrText(k.IFLA_IFNAME, which);
}

/** Body of a dump of all links. */
export function encodeLinkDump(w: MessageWriter): void {
  encodeHeader(w, 0);
}

/** Body of an RTM_NEWLINK that changes a link that is there. */
export function encodeLinkSettings(w: MessageWriter, ifindex: number, settings: LinkSettings): void {
  const { up } = settings;
  encodeHeader(w, ifindex, up ? k.IFF_UP : 0, up === undefined ? 0 : k.IFF_UP);
  encodeNamed(w, settings);
}

/** Body of an RTM_NEWLINK that creates a veth pair; `peerNetns` is a descriptor of the other end's namespace. */
export function encodeVeth(w: MessageWriter, pair: VethPair, peerNetns: number | undefined): void {
  encodeHeader(w, 0);
  encodeNamed(w, pair);
  w.nest(k.IFLA_LINKINFO, (info) => {
    info.attrText(k.IFLA_INFO_KIND, "veth");
    info.nest(k.IFLA_INFO_DATA, (data) => {
      data.nest(k.VETH_INFO_PEER, (peer) => {
        encodeHeader(peer, 0);
        encodeNamed(peer, pair.mtu === undefined ? pair.peer : { ...pair.peer, mtu: pair.mtu });
        if (peerNetns !== undefined) peer.attrU32(k.IFLA_NET_NS_FD, peerNetns);
      });
    });
  });
}

/**
 *      struct ifinfomsg: family u8, pad u8, type u16, index i32, flags u32, change mask u32
 */
function encodeHeader(w: MessageWriter, ifindex: number, flags = 0, change = 0): void {
  w.u8(k.AF_UNSPEC).u8(0).u16(0).u32(ifindex).u32(flags).u32(change);
}

function encodeNamed(w: MessageWriter, of: { name?: string; mac?: string; mtu?: number }): void {
  if (of.name !== undefined) w.attrText(k.IFLA_IFNAME, of.name);
  const mac = of.mac === undefined ? undefined : parseMac(of.mac);
  if (mac) w.attrBytes(k.IFLA_ADDRESS, mac);
  if (of.mtu !== undefined) w.attrU32(k.IFLA_MTU, of.mtu);
}
