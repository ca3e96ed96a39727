import { parsePrefix } from "../net/prefix.ts";

/** Where a decimal octet that starts at `at` ends, or -1 when there is none of at most 255 without a leading zero. */
function octetEnd(text: string, at: number): number {
  let value = 0;
  let end = at;
  for (; end < at + 3; end++) {
    const digit = text.charCodeAt(end) - 48;
    if (!(digit >= 0 && digit <= 9)) break;
    value = value * 10 + digit;
  }
  if (end === at || value > 255 || (end > at + 1 && text.charCodeAt(at) === 48)) return -1;
  return end;
}

/**
 * Whether a text is one address as a CIDR. The usual `a.b.c.d/32` is read without allocating anything; everything else is
 * left to the parser of prefixes.
 */
export function isHostCidr(text: string): boolean {
  let at = octetEnd(text, 0);
  for (let octet = 1; octet < 4 && at > 0; octet++) at = text.charCodeAt(at) === 46 ? octetEnd(text, at + 1) : -1;
  if (at > 0 && at === text.length - 3 && text.endsWith("/32")) return true;
  const prefix = parsePrefix(text);
  return prefix !== undefined && prefix.length === (prefix.family === "ipv4" ? 32 : 128);
}
