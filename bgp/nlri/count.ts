import type { Family } from "../../net/family.ts";

/**
 * How many prefixes an NLRI range holds, or -1 when it is malformed: a length above 32 or 128, or a prefix or path
 * identifier that runs over the end (RFC 7606 5.3, RFC 7911 3).
 */
export function countPrefixes(buf: Uint8Array, start: number, end: number, family: Family, addPath: boolean): number {
  const longest = family === "ipv4" ? 32 : 128;
  const identifier = addPath ? 4 : 0;
  let count = 0;
  let at = start;
  while (at < end) {
    at += identifier;
    if (at >= end) return -1;
    const length = buf[at]!;
    if (length > longest) return -1;
    at += 1 + ((length + 7) >>> 3);
    count++;
  }
  return at === end ? count : -1;
}
