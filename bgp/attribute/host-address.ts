import { type Address, ipv4, ipv6 } from "../../net/address.ts";
import { u32At } from "./octets.ts";

/** The IPv4 address of the four octets at `at`. */
export function ipv4At(buf: Uint8Array, at: number): Address {
  return ipv4(u32At(buf, at));
}

/** The IPv6 address of the sixteen octets at `at`. */
export function ipv6At(buf: Uint8Array, at: number): Address {
  return ipv6(u32At(buf, at), u32At(buf, at + 4), u32At(buf, at + 8), u32At(buf, at + 12));
}

/**
 * Whether an address can be that of a host at all: not this-network, loopback, multicast or reserved (RFC 4271 6.3,
 * RFC 1122 3.2.1.3, RFC 4291 2.4). Says nothing of whether it is a good next hop here.
 */
export function isHostAddress(address: Address): boolean {
  if (address.family === "ipv4") {
    const first = address.a >>> 24;
    return first !== 0 && first !== 127 && first < 224;
  }
  const { a, b, c, d } = address;
  if (a >>> 24 === 0xff) return false;
  return a !== 0 || b !== 0 || c !== 0 || d > 1;
}
