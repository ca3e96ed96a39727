import { type Address, addressBytes, addressFromBytes } from "../net/address.ts";
import { addressBits, type Family } from "../net/family.ts";
import type { Prefix } from "../net/prefix.ts";
import { hostIsLittleEndian } from "./netlink/header.ts";
import { isInterfaceName } from "./sysctl.ts";
import type { TcpOptions } from "./tcp.ts";

/** An argument of setsockopt(2). */
export interface SocketOption {
  /** The name in the header, for errors. */
  readonly what: string;
  readonly level: number;
  readonly name: number;
  readonly value: Uint8Array;
}

/** Numbers of linux/socket.h, linux/in.h, linux/in6.h, linux/icmpv6.h and linux/tcp.h, under their names. */
export const socketNumbers = {
  AF_INET: 2,
  AF_INET6: 10,
  SOCK_STREAM: 1,
  SOCK_DGRAM: 2,
  SOCK_RAW: 3,
  SOL_SOCKET: 1,
  SO_REUSEADDR: 2,
  SO_ERROR: 4,
  SO_BINDTODEVICE: 25,
  IPPROTO_IP: 0,
  IP_TOS: 1,
  IP_TTL: 2,
  IP_PKTINFO: 8,
  IP_RECVTTL: 12,
  IP_MINTTL: 21,
  IPPROTO_TCP: 6,
  TCP_MD5SIG: 14,
  TCP_MD5SIG_EXT: 32,
  TCP_MD5SIG_FLAG_PREFIX: 1,
  IPPROTO_IPV6: 41,
  IPV6_UNICAST_HOPS: 16,
  IPV6_MULTICAST_IF: 17,
  IPV6_MULTICAST_HOPS: 18,
  IPV6_MULTICAST_LOOP: 19,
  IPV6_JOIN_GROUP: 20,
  IPV6_V6ONLY: 26,
  IPV6_RECVPKTINFO: 49,
  IPV6_PKTINFO: 50,
  IPV6_RECVHOPLIMIT: 51,
  IPV6_HOPLIMIT: 52,
  IPV6_TCLASS: 67,
  IPV6_MINHOPCOUNT: 73,
  IPPROTO_ICMPV6: 58,
  ICMP6_FILTER: 1,
} as const;

const n = socketNumbers;

/** Octets of struct sockaddr_storage. */
export const sockaddrRoom = 128;

/** Octets of a key that TCP_MD5SIG has room for (TCP_MD5SIG_MAXKEYLEN). */
export const longestMd5Key = 80;

/**
 * struct sockaddr_in or sockaddr_in6. `ifindex` says on which link a link-local address is meant.
 *
 *      family u16 (host), port u16 (network), then IPv4: address, 8 of padding;
 *      IPv6: flow label u32, address, scope id u32 (host)
 */
export function encodeSockaddr(address: Address, port: number, ifindex = 0): Uint8Array {
  const v4 = address.family === "ipv4";
  const octets = new Uint8Array(v4 ? 16 : 28);
  const view = new DataView(octets.buffer);
  view.setUint16(0, v4 ? n.AF_INET : n.AF_INET6, hostIsLittleEndian);
  view.setUint16(2, port);
  octets.set(addressBytes(address), v4 ? 4 : 8);
  if (!v4) view.setUint32(24, ifindex, hostIsLittleEndian);
  return octets;
}

/** Address, port and link of a struct sockaddr, or undefined when it is not of IP. */
export function decodeSockaddr(octets: Uint8Array): { address: Address; port: number; ifindex: number } | undefined {
  if (octets.length < 28) return undefined;
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  const family = view.getUint16(0, hostIsLittleEndian);
  if (family !== n.AF_INET && family !== n.AF_INET6) return undefined;
  const v4 = family === n.AF_INET;
  const address = addressFromBytes(v4 ? octets.subarray(4, 8) : octets.subarray(8, 24));
  return address && { address, port: view.getUint16(2), ifindex: v4 ? 0 : view.getUint32(24, hostIsLittleEndian) };
}

/**
 * The key for every peer of a range (RFC 2385); an empty one takes it back. A range of one address uses TCP_MD5SIG,
 * which every kernel has; others TCP_MD5SIG_EXT (Linux 4.13).
 *
 *      struct tcp_md5sig: address 128, flags u8, prefix length u8, key length u16, ifindex i32, key 80
 */
export function md5Option(range: Prefix, key: string): SocketOption | undefined {
  const secret = new TextEncoder().encode(key);
  if (secret.length > longestMd5Key) return undefined;
  const value = new Uint8Array(216);
  const view = new DataView(value.buffer);
  value.set(encodeSockaddr(range, 0), 0);
  const host = range.length === addressBits[range.family];
  if (!host) {
    value[128] = n.TCP_MD5SIG_FLAG_PREFIX;
    value[129] = range.length;
  }
  view.setUint16(130, secret.length, hostIsLittleEndian);
  value.set(secret, 136);
  const name = host ? n.TCP_MD5SIG : n.TCP_MD5SIG_EXT;
  return { what: host ? "TCP_MD5SIG" : "TCP_MD5SIG_EXT", level: n.IPPROTO_TCP, name, value };
}

/** The options that a socket of this family is to have; undefined when a value is out of its range. */
export function tcpOptions(family: Family, options: TcpOptions): SocketOption[] | undefined {
  const wanted: SocketOption[] = [];
  const { ttl, minTtl, device, trafficClass } = options;
  const v4 = family === "ipv4";
  const level = v4 ? n.IPPROTO_IP : n.IPPROTO_IPV6;
  const number = (what: keyof typeof socketNumbers, value: number): void => {
    wanted.push({ what, level, name: n[what], value: hostInt(value) });
  };
  if (ttl !== undefined) number(v4 ? "IP_TTL" : "IPV6_UNICAST_HOPS", ttl);
  if (minTtl !== undefined) number(v4 ? "IP_MINTTL" : "IPV6_MINHOPCOUNT", minTtl);
  if (trafficClass !== undefined) number(v4 ? "IP_TOS" : "IPV6_TCLASS", trafficClass);
  if (device !== undefined) {
    const value = new TextEncoder().encode(`${device}\0`);
    wanted.push({ what: "SO_BINDTODEVICE", level: n.SOL_SOCKET, name: n.SO_BINDTODEVICE, value });
  }
  const octet = (value: number | undefined, least: number): boolean =>
    value === undefined || (Number.isInteger(value) && value >= least && value <= 255);
  const valid = octet(ttl, 1) && octet(minTtl, 1) && octet(trafficClass, 0);
  return valid && (device === undefined || isInterfaceName(device)) ? wanted : undefined;
}

/** An int as setsockopt wants it. */
export function hostInt(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer);
}
