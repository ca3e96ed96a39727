import type { Writer } from "../../lib/writer.ts";

/** Octets of the header: marker, length, type (RFC 4271 4.1). */
export const HEADER_LENGTH = 19;

/** Longest message without RFC 8654, and longest OPEN and KEEPALIVE always. */
export const MAX_LENGTH = 4096;

/** Longest message with RFC 8654. */
export const MAX_EXTENDED_LENGTH = 65535;

/**
 * Appends a message of `type` around whatever `body` writes.
 *
 *      0                   1                   2                   3
 *      +               marker, 16 octets of all ones                  +
 *      |          length               |      type     |
 */
export function writeMessage(writer: Writer, type: number, body?: (w: Writer) => void): Writer {
  const start = writer.length;
  for (let i = 0; i < 4; i++) writer.u32(0xffffffff);
  writer.u16(0).u8(type);
  body?.(writer);
  return writer.patch16(start + 16, writer.length - start);
}
