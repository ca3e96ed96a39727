import type { Address } from "../../net/address.ts";
import { hostIsLittleEndian } from "../netlink/header.ts";

/** Octets as a string of characters 0..255: cheap to build, to compare and to keep in sets. */
export type Octets = string;

const character = Array.from({ length: 256 }, (_, value) => String.fromCharCode(value));

/** One octet. */
export function octet(value: number): Octets {
  return character[value & 255]!;
}

/** Two octets in network order. */
export function word16(value: number): Octets {
  return octet(value >>> 8) + octet(value);
}

/** Four octets in network order. */
export function word32(value: number): Octets {
  return octet(value >>> 24) + octet(value >>> 16) + octet(value >>> 8) + octet(value);
}

/** Four octets in this machine's order, as marks and other numbers of the kernel itself lie in registers. */
export function hostWord32(value: number): Octets {
  return hostIsLittleEndian
    ? octet(value) + octet(value >>> 8) + octet(value >>> 16) + octet(value >>> 24)
    : word32(value);
}

/** The four octets at `at` as a number, network order. */
export function readWord32(octets: Octets, at: number): number {
  const code = (i: number): number => octets.charCodeAt(at + i);
  return ((code(0) << 24) | (code(1) << 16) | (code(2) << 8) | code(3)) >>> 0;
}

/** The first four octets as a number in this machine's order. */
export function readHostWord32(octets: Octets): number {
  return hostIsLittleEndian ? readWord32([...octets.slice(0, 4)].reverse().join(""), 0) : readWord32(octets, 0);
}

/** An address in network order: 4 or 16 octets. */
export function addressOctets(x: Address): Octets {
  return x.family === "ipv4" ? word32(x.a) : word32(x.a) + word32(x.b) + word32(x.c) + word32(x.d);
}

/** The octets behind a view, copied. */
export function octetsOf(bytes: Uint8Array): Octets {
  let out = "";
  for (const value of bytes) out += character[value];
  return out;
}
