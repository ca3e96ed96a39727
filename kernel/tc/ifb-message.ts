import type { MessageWriter } from "../netlink/message-writer.ts";
import { k } from "../rtnetlink/constants.ts";

/** Body of an RTM_NEWLINK that makes an ifb device, up. */
export function encodeIfb(w: MessageWriter, name: string, mtu: number): void {
  encodeHeader(w, 0, k.IFF_UP);
  w.attrText(k.IFLA_IFNAME, name);
  w.attrU32(k.IFLA_MTU, mtu);
  w.nest(k.IFLA_LINKINFO, (info) => info.attrText(k.IFLA_INFO_KIND, "ifb"));
}

/** Body of an RTM_NEWLINK that gives a device that is there its MTU and brings it up. */
export function encodeIfbUp(w: MessageWriter, ifindex: number, mtu: number): void {
  encodeHeader(w, ifindex, k.IFF_UP);
  w.attrU32(k.IFLA_MTU, mtu);
}

/**
 *      struct ifinfomsg: family u8, pad u8, type u16, index i32, flags u32, change mask u32
 */
function encodeHeader(w: MessageWriter, ifindex: number, flags: number): void {
  w.u32(k.AF_UNSPEC).u32(ifindex).u32(flags).u32(flags);
}
