import { type Address, addressBytes, addressFromBytes } from "../../net/address.ts";
import { addressBits } from "../../net/family.ts";
import { formatPrefix, type Prefix, prefixOf } from "../../net/prefix.ts";
import type { LinkAddress } from "../links.ts";
import type { Message } from "../netlink/message-reader.ts";
import type { MessageWriter } from "../netlink/message-writer.ts";
import { k } from "./constants.ts";
import { addressFamily, familyOf } from "./family.ts";

/** The address of an RTM_NEWADDR or RTM_DELADDR; undefined when it is not IP. */
export function decodeAddress(message: Message): LinkAddress | undefined {
  const family = familyOf(message.u8(0));
  const length = message.u8(1);
  if (!family || length > addressBits[family]) return undefined;
  let flags = message.u8(2);
  let local: Address | undefined;
  let address: Address | undefined;
  const row = message.attributes(k.SIZEOF_IFADDRMSG);
  while (row.next()) {
    if (row.type === k.IFA_LOCAL) local = addressFromBytes(row.bytes());
    else if (row.type === k.IFA_ADDRESS) address = addressFromBytes(row.bytes());
    else if (row.type === k.IFA_FLAGS) flags = row.u32();
  }
  // IFA_ADDRESS is the far end of a point-to-point link; IFA_LOCAL, when there, is ours.
  const own = local ?? address;
  if (own?.family !== family) return undefined;
  return {
    ifindex: message.u32(4),
    prefix: prefixOf(own, length),
    scope: message.u8(3),
    tentative: (flags & (k.IFA_F_TENTATIVE | k.IFA_F_DADFAILED)) !== 0,
  };
}

/** The key under which a watch tells an address: `ifindex address/length`. */
export function addressKey(of: { readonly ifindex: number; readonly prefix: Prefix }): string {
  return `${of.ifindex} ${formatPrefix(of.prefix)}`;
}

/** Body of an RTM_NEWADDR or RTM_DELADDR. */
export function encodeAddress(w: MessageWriter, ifindex: number, prefix: Prefix, noDad: boolean): void {
  encodeHeader(w, addressFamily[prefix.family], prefix.length, ifindex);
  const octets = addressBytes(prefix);
  w.attrBytes(k.IFA_LOCAL, octets).attrBytes(k.IFA_ADDRESS, octets);
  if (noDad) w.attrU32(k.IFA_FLAGS, k.IFA_F_NODAD);
}

/** Body of a dump of all addresses of both families. */
export function encodeAddressDump(w: MessageWriter): void {
  encodeHeader(w, k.AF_UNSPEC, 0, 0);
}

/**
 *      struct ifaddrmsg: family u8, prefix length u8, flags u8, scope u8, index u32
 */
function encodeHeader(w: MessageWriter, family: number, length: number, ifindex: number): void {
  w.u8(family).u8(length).u8(0).u8(0).u32(ifindex);
}
