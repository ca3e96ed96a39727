import { type Address, addressFromBytes } from "../net/address.ts";
import { hostIsLittleEndian } from "./netlink/header.ts";
import { decodeSockaddr, socketNumbers as n } from "./tcp-options.ts";
import type { Datagram } from "./udp.ts";

/** Octets of one datagram as the addon hands it over, where at most 80 octets of it are of interest. */
export const datagramSlot = 256;

/** The same where all of it is. */
export const packetSlot = 2048;

/** Octets of a packet that have room in its slot: more than an Ethernet carries. */
export const packetRoom = 1872;

const nameAt = 16;
const nameRoom = 32;
const controlAt = 48;
const controlRoom = 128;
const payloadAt = 176;

/** struct cmsghdr of a machine of 64 bits: length size_t, level int, type int; then data, aligned to eight. */
const cmsgHeader = 16;

/**
 * The datagram in a slot that `kernel/native/datagram.c` filled, or undefined when its sender has no IP address. What the
 * kernel did not say (a control message is missing, or had no room) is left open.
 *
 *      name length u32, control length u32, length u32, flags u32 (host), name 32, control 128, payload to the end
 */
export function readDatagram(slot: Uint8Array): Datagram | undefined {
  const view = new DataView(slot.buffer, slot.byteOffset, slot.byteLength);
  const u32 = (at: number): number => view.getUint32(at, hostIsLittleEndian);
  const remote = decodeSockaddr(slot.subarray(nameAt, nameAt + nameRoom));
  if (!remote) return undefined;
  let local: Address | undefined;
  let ifindex = 0;
  let ttl = -1;
  const end = controlAt + Math.min(u32(4), controlRoom);
  for (let at = controlAt; at + cmsgHeader <= end; ) {
    const length = u32(at);
    if (length < cmsgHeader || at + length > end) break;
    const [level, type, data, octets] = [u32(at + 8), u32(at + 12), at + cmsgHeader, length - cmsgHeader];
    if (level === n.IPPROTO_IP && type === n.IP_TTL && octets >= 4) ttl = u32(data);
    else if (level === n.IPPROTO_IPV6 && type === n.IPV6_HOPLIMIT && octets >= 4) ttl = u32(data);
    else if (level === n.IPPROTO_IP && type === n.IP_PKTINFO && octets >= 12) {
      // struct in_pktinfo: ifindex, the local address of the route, the address in the header
      ifindex = u32(data);
      local = addressFromBytes(slot.subarray(data + 8, data + 12));
    } else if (level === n.IPPROTO_IPV6 && type === n.IPV6_PKTINFO && octets >= 20) {
      // struct in6_pktinfo: address, ifindex
      local = addressFromBytes(slot.subarray(data, data + 16));
      ifindex = u32(data + 16);
    }
    at += (length + 7) & ~7;
  }
  const octets = slot.subarray(payloadAt, Math.min(payloadAt + u32(8), slot.length));
  return { remote: { address: remote.address, port: remote.port }, local, ifindex, ttl, octets };
}
