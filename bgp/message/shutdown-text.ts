import { printable } from "../capability/printable.ts";
import { ceaseCode, errorCode } from "../iana.ts";
import type { Notification } from "./notification.ts";

/** Longest text, in octets of UTF-8 (RFC 9003 2). */
export const MAX_SHUTDOWN_TEXT = 255;

/** The data of a Cease that explains itself: length and UTF-8, cut before the character that no longer fits. */
export function shutdownData(text: string): Uint8Array {
  let octets = new TextEncoder().encode(text);
  if (octets.length > MAX_SHUTDOWN_TEXT) {
    let end = MAX_SHUTDOWN_TEXT;
    while (end > 0 && (octets[end]! & 0xc0) === 0x80) end--;
    octets = octets.slice(0, end);
  }
  return Uint8Array.of(octets.length, ...octets);
}

/**
 * The text of an Administrative Shutdown or Reset, fit to be printed (control characters become spaces, what is not
 * UTF-8 becomes U+FFFD), or undefined when there is none or its length runs over the data (RFC 9003 4).
 */
export function shutdownText({ code, subcode, data }: Notification): string | undefined {
  if (code !== errorCode.cease) return undefined;
  if (subcode !== ceaseCode.adminShutdown && subcode !== ceaseCode.adminReset) return undefined;
  const length = data[0] ?? 0;
  if (length === 0 || length + 1 > data.length) return undefined;
  return printable(data, 1, 1 + length);
}
