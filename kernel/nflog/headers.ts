import { addressFromBytes } from "../../net/address.ts";
import type { PacketHeaders } from "./logged-packet.ts";

/** IPv6 extension headers that say in units of eight octets how long they are (RFC 8200 4, RFC 7045). */
const lengthy: ReadonlySet<number> = new Set([0, 43, 60, 135, 139, 140]);
const FRAGMENT = 44;
const AUTHENTICATION = 51;
/** More headers than this in a row are nobody's packet. */
const mostExtensions = 8;

/** Protocols whose ports stand in the first four octets: TCP, UDP, DCCP, SCTP, UDP-Lite. */
const withPorts: ReadonlySet<number> = new Set([6, 17, 33, 132, 136]);
const ICMP = 1;
const ICMPV6 = 58;

/**
 * What the headers at the start of a packet say, as far as its octets reach; undefined when it is no IPv4 or IPv6
 * header, or not a whole one.
 */
export function readHeaders(octets: Uint8Array): PacketHeaders | undefined {
  const version = (octets[0] ?? 0) >>> 4;
  if (version === 4) return readV4(octets);
  return version === 6 ? readV6(octets) : undefined;
}

function readV4(octets: Uint8Array): PacketHeaders | undefined {
  const headerLength = (octets[0]! & 15) * 4;
  if (octets.length < 20 || headerLength < 20) return undefined;
  const source = addressFromBytes(octets.subarray(12, 16))!;
  const destination = addressFromBytes(octets.subarray(16, 20))!;
  const base = { source, destination, protocol: octets[9]!, length: u16(octets, 2)! };
  const isLaterFragment = (u16(octets, 6)! & 0x1fff) !== 0;
  return isLaterFragment ? base : { ...base, ...readUpper(octets, headerLength, base.protocol) };
}

function readV6(octets: Uint8Array): PacketHeaders | undefined {
  if (octets.length < 40) return undefined;
  const source = addressFromBytes(octets.subarray(8, 24))!;
  const destination = addressFromBytes(octets.subarray(24, 40))!;
  const length = u16(octets, 4)! + 40;
  let protocol = octets[6]!;
  let at = 40;
  for (let i = 0; i < mostExtensions; i++) {
    const size = extensionSize(octets, at, protocol);
    if (size === undefined) break;
    const isLaterFragment = protocol === FRAGMENT && (u16(octets, at + 2) ?? 0) >>> 3 !== 0;
    protocol = octets[at]!;
    at += size;
    if (isLaterFragment) return { source, destination, protocol, length };
  }
  return { source, destination, protocol, length, ...readUpper(octets, at, protocol) };
}

/** Octets of the extension header at a place; undefined when it is none, or its first two octets are not there. */
function extensionSize(octets: Uint8Array, at: number, protocol: number): number | undefined {
  const units = octets[at + 1];
  if (units === undefined) return undefined;
  if (lengthy.has(protocol)) return (units + 1) * 8;
  if (protocol === FRAGMENT) return 8;
  return protocol === AUTHENTICATION ? (units + 2) * 4 : undefined;
}

function readUpper(octets: Uint8Array, at: number, protocol: number): Partial<PacketHeaders> {
  if (withPorts.has(protocol)) {
    const sourcePort = u16(octets, at);
    const destinationPort = u16(octets, at + 2);
    return sourcePort === undefined || destinationPort === undefined ? {} : { sourcePort, destinationPort };
  }
  const icmpCode = octets[at + 1];
  if ((protocol !== ICMP && protocol !== ICMPV6) || icmpCode === undefined) return {};
  return { icmpType: octets[at]!, icmpCode };
}

/** Two octets in network order, or undefined behind the end. */
function u16(octets: Uint8Array, at: number): number | undefined {
  return at + 2 <= octets.length ? octets[at]! * 256 + octets[at + 1]! : undefined;
}
