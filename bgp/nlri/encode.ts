import type { Writer } from "../../lib/writer.ts";
import type { Prefix } from "../../net/prefix.ts";

/** Octets that a prefix of `length` bits takes in NLRI, without a path identifier (RFC 4271 4.3). */
export function nlriOctets(length: number): number {
  return 1 + ((length + 7) >>> 3);
}

/**
 * Writes one IPv4 prefix at `at` and answers where the next one goes. Host bits are the caller's to have cleared; the
 * caller has made room for 5 octets.
 */
export function putIpv4Nlri(buf: Uint8Array, at: number, length: number, a: number): number {
  buf[at] = length;
  if (length > 0) buf[at + 1] = a >>> 24;
  if (length > 8) buf[at + 2] = a >>> 16;
  if (length > 16) buf[at + 3] = a >>> 8;
  if (length > 24) buf[at + 4] = a;
  return at + 1 + ((length + 7) >>> 3);
}

/** As `putIpv4Nlri`, of an IPv6 prefix in four words; the caller has made room for 17 octets. */
export function putIpv6Nlri(
  buf: Uint8Array,
  at: number,
  length: number,
  a: number,
  b: number,
  c: number,
  d: number,
): number {
  buf[at] = length;
  const octets = (length + 7) >>> 3;
  for (let i = 0; i < octets; i++) {
    const word = i < 4 ? a : i < 8 ? b : i < 12 ? c : d;
    buf[at + 1 + i] = word >>> (24 - 8 * (i & 3));
  }
  return at + 1 + octets;
}

/** Writes a path identifier (RFC 7911 3) at `at` and answers where the prefix goes. */
export function putPathId(buf: Uint8Array, at: number, pathId: number): number {
  buf[at] = pathId >>> 24;
  buf[at + 1] = pathId >>> 16;
  buf[at + 2] = pathId >>> 8;
  buf[at + 3] = pathId;
  return at + 4;
}

const scratch = new Uint8Array(17);

/** Appends one prefix, host bits cleared by the caller, with its path identifier where the session has them. */
export function writePrefix(writer: Writer, prefix: Prefix, pathId?: number): void {
  if (pathId !== undefined) writer.u32(pathId);
  const end =
    prefix.family === "ipv4"
      ? putIpv4Nlri(scratch, 0, prefix.length, prefix.a)
      : putIpv6Nlri(scratch, 0, prefix.length, prefix.a, prefix.b, prefix.c, prefix.d);
  writer.bytes(scratch.subarray(0, end));
}
