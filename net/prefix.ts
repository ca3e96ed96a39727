import { type Address, addressPlus, compareAddresses } from "./address.ts";
import { formatAddress, parseAddress } from "./address-text.ts";
import { addressBits } from "./family.ts";

/** A destination: an address and how many of its leading bits count. Host bits are kept as they were given. */
export interface Prefix extends Address {
  readonly length: number;
}

/** The netmask word of one 32-bit word when `bits` leading bits of it count; values outside 0..32 are clamped. */
export function maskWord(bits: number): number {
  return bits <= 0 ? 0 : bits >= 32 ? 0xffffffff : (0xffffffff << (32 - bits)) >>> 0;
}

/** `address/length`, host bits kept. The caller vouches for 0 ≤ length ≤ 32 or 128. */
export function prefixOf(address: Address, length: number): Prefix {
  const { family, a, b, c, d } = address;
  return { family, a, b, c, d, length };
}

/** The /32 or /128 of one address. */
export function hostPrefix(address: Address): Prefix {
  return prefixOf(address, addressBits[address.family]);
}

/** The same prefix with its host bits cleared. */
export function masked(prefix: Prefix): Prefix {
  const n = prefix.length;
  return {
    family: prefix.family,
    a: (prefix.a & maskWord(n)) >>> 0,
    b: (prefix.b & maskWord(n - 32)) >>> 0,
    c: (prefix.c & maskWord(n - 64)) >>> 0,
    d: (prefix.d & maskWord(n - 96)) >>> 0,
    length: n,
  };
}

/** Whether no host bit is set, as a route's destination must be. */
export function isMasked(prefix: Prefix): boolean {
  return compareAddresses(prefix, masked(prefix)) === 0;
}

/** Whether every address of `inner` (an address or a prefix) lies in `outer`. A prefix covers itself. */
export function covers(outer: Prefix, inner: Address | Prefix): boolean {
  if (outer.family !== inner.family) return false;
  if ("length" in inner && inner.length < outer.length) return false;
  const n = outer.length;
  return (
    ((outer.a ^ inner.a) & maskWord(n)) === 0 &&
    ((outer.b ^ inner.b) & maskWord(n - 32)) === 0 &&
    ((outer.c ^ inner.c) & maskWord(n - 64)) === 0 &&
    ((outer.d ^ inner.d) & maskWord(n - 96)) === 0
  );
}

/** Whether two prefixes share an address. */
export function overlaps(x: Prefix, y: Prefix): boolean {
  return covers(x, y) || covers(y, x);
}

/** Total order: by family, then address, then the shorter prefix first. Negative when `x` comes first. */
export function comparePrefixes(x: Prefix, y: Prefix): number {
  return compareAddresses(x, y) || x.length - y.length;
}

/** How many addresses a prefix spans; exact up to 2^53, a float beyond. */
export function prefixSize(prefix: Prefix): number {
  return 2 ** (addressBits[prefix.family] - prefix.length);
}

/** The `ordinal`-th address of a prefix, counted from its first (0 ≤ ordinal < 2^53). */
export function nthAddress(prefix: Prefix, ordinal: number): Address {
  const { family, a, b, c, d } = masked(prefix);
  return addressPlus({ family, a, b, c, d }, ordinal);
}

/** Where an address stands in a prefix, counted from its first; only for prefixes of at most 2^32 addresses. */
export function ordinalOf(prefix: Prefix, address: Address): number {
  const word = prefix.family === "ipv4" ? address.a : address.d;
  const mask = maskWord(prefix.length - (addressBits[prefix.family] - 32));
  return (word & ~mask) >>> 0;
}

/** `address/length` in canonical text. This is also the key of a prefix wherever a string key is wanted. */
export function formatPrefix(prefix: Prefix): string {
  return `${formatAddress(prefix)}/${prefix.length}`;
}

/** The key under which a prefix is kept in maps outside the RIB: its canonical text, host bits cleared. */
export function prefixKey(prefix: Prefix): string {
  return formatPrefix(masked(prefix));
}

/** The prefix a text spells, host bits kept, or undefined. A bare address counts as /32 or /128, as Calico reads it. */
export function parsePrefix(text: string): Prefix | undefined {
  const slash = text.indexOf("/");
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (!address) return undefined;
  if (slash < 0) return hostPrefix(address);
  const digits = text.slice(slash + 1);
  if (!/^(0|[1-9][0-9]{0,2})$/.test(digits)) return undefined;
  const length = Number(digits);
  return length > addressBits[address.family] ? undefined : prefixOf(address, length);
}
