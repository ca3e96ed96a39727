import { type Address, ipv4, ipv6 } from "./address.ts";

const decimalOctet = /^(0|[1-9][0-9]{0,2})$/;
const hexGroup = /^[0-9a-fA-F]{1,4}$/;

function parseIpv4Word(text: string): number | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  let word = 0;
  for (const part of parts) {
    const octet = decimalOctet.test(part) ? Number(part) : 256;
    if (octet > 255) return undefined;
    word = word * 256 + octet;
  }
  return word;
}

/** 16-bit groups of one side of `::`, or undefined when something is not a group. */
function parseGroups(side: string, last: boolean): number[] | undefined {
  if (side === "") return [];
  const groups: number[] = [];
  const parts = side.split(":");
  for (const [i, part] of parts.entries()) {
    if (part.includes(".")) {
      const word = last && i === parts.length - 1 ? parseIpv4Word(part) : undefined;
      if (word === undefined) return undefined;
      groups.push(word >>> 16, word & 0xffff);
    } else if (hexGroup.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

function parseIpv6(text: string): Address | undefined {
  const sides = text.split("::");
  if (sides.length > 2) return undefined;
  const head = parseGroups(sides[0]!, sides.length === 1);
  const tail = sides.length === 2 ? parseGroups(sides[1]!, true) : [];
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  if (sides.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const g = [...head, ...new Array<number>(missing).fill(0), ...tail];
  return ipv6(g[0]! * 65536 + g[1]!, g[2]! * 65536 + g[3]!, g[4]! * 65536 + g[5]!, g[6]! * 65536 + g[7]!);
}

/**
 * The address a text spells, or undefined when it is not one. IPv4 is dotted decimal without leading zeros (RFC 6943
 * 3.1.1), IPv6 as in RFC 4291 2.2; no zone, no port, no brackets.
 */
export function parseAddress(text: string): Address | undefined {
  if (text.length > 45) return undefined;
  if (text.includes(":")) return parseIpv6(text);
  const word = parseIpv4Word(text);
  return word === undefined ? undefined : ipv4(word);
}

/** The canonical text of an address: RFC 5952 for IPv6 (lower case, longest run of zeros shortened). */
export function formatAddress(address: Address): string {
  if (address.family === "ipv4") {
    const a = address.a;
    return `${a >>> 24}.${(a >>> 16) & 255}.${(a >>> 8) & 255}.${a & 255}`;
  }
  const groups = [address.a, address.b, address.c, address.d].flatMap((w) => [w >>> 16, w & 0xffff]);
  if (groups.slice(0, 5).every((g) => g === 0) && groups[5] === 0xffff) {
    return `::ffff:${formatAddress(ipv4(address.d))}`;
  }
  let start = -1;
  let longest = 1;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > longest) {
      longest = end - i;
      start = i;
    }
    if (end > i) i = end;
  }
  const hex = (part: readonly number[]): string => part.map((g) => g.toString(16)).join(":");
  if (start < 0) return hex(groups);
  return `${hex(groups.slice(0, start))}::${hex(groups.slice(start + longest))}`;
}
