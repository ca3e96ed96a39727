import { type Address, addressFromBytes } from "../../net/address.ts";
import type { Family } from "../../net/family.ts";
import { malformed } from "../error.ts";
import type { NextHop } from "../fib-route.ts";
import { AttributeReader, viewOf } from "../netlink/attribute.ts";
import { hostIsLittleEndian } from "../netlink/header.ts";
import type { MessageWriter } from "../netlink/message-writer.ts";
import { k } from "./constants.ts";
import { addressFamily } from "./family.ts";

/**
 * The next hops in the payload of an RTA_MULTIPATH.
 *
 *      struct rtnexthop: length u16 (itself and its attributes), flags u8, hops u8 (weight - 1), ifindex i32
 */
export function decodeNextHops(octets: Uint8Array): NextHop[] {
  const view = viewOf(octets);
  const nexthops: NextHop[] = [];
  for (let at = 0; octets.length - at >= k.SIZEOF_RTNEXTHOP; ) {
    const length = view.getUint16(at, hostIsLittleEndian);
    if (length < k.SIZEOF_RTNEXTHOP || at + length > octets.length) throw malformed(`next hop of ${length} octets`);
    const via = gatewayIn(new AttributeReader(octets, at + k.SIZEOF_RTNEXTHOP, at + length, view));
    const onlink = (octets[at + 2]! & k.RTNH_F_ONLINK) !== 0;
    const isDown = (octets[at + 2]! & k.RTNH_F_DEAD) !== 0;
    const weight = octets[at + 3]! + 1;
    nexthops.push({
      ifindex: view.getUint32(at + 4, hostIsLittleEndian),
      ...(via && { via }),
      ...(onlink && { onlink }),
      ...(weight !== 1 && { weight }),
      ...(isDown && { isDown }),
    });
    at += (length + 3) & ~3;
  }
  return nexthops;
}

function gatewayIn(row: AttributeReader): Address | undefined {
  let via: Address | undefined;
  while (row.next()) {
    if (row.type === k.RTA_GATEWAY) via = addressFromBytes(row.bytes());
    else if (row.type === k.RTA_VIA) via = addressFromBytes(row.bytes().subarray(2));
  }
  return via;
}

/** The attributes of a route's only next hop. */
export function encodeNextHop(w: MessageWriter, family: Family, hop: NextHop): void {
  if (hop.ifindex !== 0) w.attrU32(k.RTA_OIF, hop.ifindex);
  encodeGateway(w, family, hop.via);
}

/** The RTA_MULTIPATH of a route with several. */
export function encodeMultipath(w: MessageWriter, family: Family, nexthops: readonly NextHop[]): void {
  w.rawNest(k.RTA_MULTIPATH, () => {
    for (const hop of nexthops) {
      const mark = w.length;
      w.u16(0);
      w.u8(hop.onlink ? k.RTNH_F_ONLINK : 0);
      w.u8((hop.weight ?? 1) - 1);
      w.u32(hop.ifindex);
      encodeGateway(w, family, hop.via);
      w.patch16(mark, w.length - mark);
    }
  });
}

/** A gateway of the route's own family is RTA_GATEWAY; of the other family RTA_VIA, which names the family. */
function encodeGateway(w: MessageWriter, family: Family, via: Address | undefined): void {
  if (!via) return;
  if (via.family === family) {
    encodeAddressAttribute(w, k.RTA_GATEWAY, via);
    return;
  }
  const octets = via.family === "ipv4" ? 4 : 16;
  w.u16(4 + 2 + octets).u16(k.RTA_VIA);
  w.u16(addressFamily[via.family]);
  encodeWords(w, via);
  w.zeros(-w.length & 3);
}

/** An attribute whose payload is an address; no octets are copied. */
export function encodeAddressAttribute(w: MessageWriter, type: number, address: Address): void {
  if (address.family === "ipv4") {
    w.attrBe32(type, address.a);
    return;
  }
  w.u16(20).u16(type);
  encodeWords(w, address);
}

function encodeWords(w: MessageWriter, address: Address): void {
  w.be32(address.a);
  if (address.family === "ipv6") w.be32(address.b).be32(address.c).be32(address.d);
}
