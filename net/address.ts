import type { Family } from "./family.ts";

/**
 * An IP address as four unsigned 32-bit words, most significant first. An IPv4 address lives in `a`, the others are 0.
 * Numbers, never BigInt: masks and comparisons stay in registers.
 */
export interface Address {
  readonly family: Family;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

/** The IPv4 address whose host integer is `word` (any int32 or uint32). */
export function ipv4(word: number): Address {
  return { family: "ipv4", a: word >>> 0, b: 0, c: 0, d: 0 };
}

/** The IPv6 address of four words, most significant first. */
export function ipv6(a: number, b: number, c: number, d: number): Address {
  return { family: "ipv6", a: a >>> 0, b: b >>> 0, c: c >>> 0, d: d >>> 0 };
}

/** The address that `octets` (4 or 16 of them, network order) spell, or undefined for any other length. */
export function addressFromBytes(octets: Uint8Array): Address | undefined {
  const word = (at: number): number =>
    ((octets[at]! << 24) | (octets[at + 1]! << 16) | (octets[at + 2]! << 8) | octets[at + 3]!) >>> 0;
  if (octets.length === 4) return ipv4(word(0));
  if (octets.length === 16) return ipv6(word(0), word(4), word(8), word(12));
  return undefined;
}

/** The octets of an address in network order: 4 or 16 of them, fresh. */
export function addressBytes(address: Address): Uint8Array {
  const words = address.family === "ipv4" ? [address.a] : [address.a, address.b, address.c, address.d];
  return Uint8Array.from(words.flatMap((w) => [w >>> 24, (w >>> 16) & 255, (w >>> 8) & 255, w & 255]));
}

/** Whether two addresses are the same address of the same family. */
export function sameAddress(x: Address, y: Address): boolean {
  return x.family === y.family && x.a === y.a && x.b === y.b && x.c === y.c && x.d === y.d;
}

/** Total order: IPv4 before IPv6, then numerically. Negative when `x` comes first. */
export function compareAddresses(x: Address, y: Address): number {
  if (x.family !== y.family) return x.family < y.family ? -1 : 1;
  return x.a - y.a || x.b - y.b || x.c - y.c || x.d - y.d;
}

/**
 * The address `count` (0 ≤ count ≤ 2^53-1) after this one, wrapping at the end of the family's space.
 */
export function addressPlus(address: Address, count: number): Address {
  if (address.family === "ipv4") return ipv4((address.a + count) % 2 ** 32);
  const d = address.d + (count % 2 ** 32);
  const c = address.c + Math.floor(count / 2 ** 32) + Math.floor(d / 2 ** 32);
  const b = address.b + Math.floor(c / 2 ** 32);
  const a = address.a + Math.floor(b / 2 ** 32);
  return ipv6(a % 2 ** 32, b % 2 ** 32, c % 2 ** 32, d % 2 ** 32);
}

/** fe80::/10 (RFC 4291 2.5.6): only means something together with an interface. */
export function isLinkLocal(address: Address): boolean {
  return address.family === "ipv6" ? address.a >>> 22 === 0x3fa : address.a >>> 16 === 0xa9fe;
}
