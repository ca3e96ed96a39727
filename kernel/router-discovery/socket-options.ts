import { type Address, addressBytes } from "../../net/address.ts";
import { hostIsLittleEndian } from "../netlink/header.ts";
import { hostInt, socketNumbers as n, type SocketOption } from "../tcp-options.ts";
import { allNodes, allRouters, icmpType, requiredHopLimit } from "./message.ts";

/** The options that a raw ICMPv6 socket of one link has before it hears anything. */
export function discoveryOptions(interfaceName: string, ifindex: number): readonly SocketOption[] {
  const ofIpv6 = (what: keyof typeof n, value: Uint8Array): SocketOption => {
    return { what, level: n.IPPROTO_IPV6, name: n[what], value };
  };
  const device = new TextEncoder().encode(`${interfaceName}\0`);
  const types = Object.values(icmpType);
  return [
    { what: "ICMP6_FILTER", level: n.IPPROTO_ICMPV6, name: n.ICMP6_FILTER, value: passOnly(types) },
    { what: "SO_BINDTODEVICE", level: n.SOL_SOCKET, name: n.SO_BINDTODEVICE, value: device },
    ofIpv6("IPV6_UNICAST_HOPS", hostInt(requiredHopLimit)),
    ofIpv6("IPV6_MULTICAST_HOPS", hostInt(requiredHopLimit)),
    ofIpv6("IPV6_MULTICAST_LOOP", hostInt(0)),
    ofIpv6("IPV6_MULTICAST_IF", hostInt(ifindex)),
    ofIpv6("IPV6_RECVHOPLIMIT", hostInt(1)),
    ofIpv6("IPV6_RECVPKTINFO", hostInt(1)),
    ofIpv6("IPV6_JOIN_GROUP", membership(allNodes, ifindex)),
    ofIpv6("IPV6_JOIN_GROUP", membership(allRouters, ifindex)),
  ];
}

/** struct icmp6_filter: a bit for each of 256 types, set where the kernel drops it (RFC 3542 3.2). */
export function passOnly(types: readonly number[]): Uint8Array {
  const words = new Uint32Array(8).fill(0xffffffff);
  for (const type of types) words[type >>> 5]! &= ~(1 << (type & 31));
  return new Uint8Array(words.buffer);
}

/** struct ipv6_mreq: the group's address, then the ifindex (host). */
export function membership(group: Address, ifindex: number): Uint8Array {
  const octets = new Uint8Array(20);
  octets.set(addressBytes(group));
  new DataView(octets.buffer).setUint32(16, ifindex, hostIsLittleEndian);
  return octets;
}
