import type { Writer } from "../../lib/writer.ts";
import { ceaseCode, errorCode, messageType } from "../iana.ts";
import { HEADER_LENGTH, MAX_LENGTH, writeMessage } from "./header.ts";
import { shutdownData } from "./shutdown-text.ts";

/** A NOTIFICATION: why a session ends (RFC 4271 4.5). Unknown codes are kept as numbers, never an error. */
export interface Notification {
  readonly code: number;
  readonly subcode: number;
  readonly data: Uint8Array;
}

const NOTHING = new Uint8Array(0);

/** A NOTIFICATION of `code` and `subcode`. */
export function notification(code: number, subcode: number, data: Uint8Array = NOTHING): Notification {
  return { code, subcode, data };
}

/** A Cease (RFC 4486); a text goes with Administrative Shutdown and Reset only (RFC 9003 2). */
export function cease(subcode: number, text?: string): Notification {
  const carries = subcode === ceaseCode.adminShutdown || subcode === ceaseCode.adminReset;
  return notification(errorCode.cease, subcode, text && carries ? shutdownData(text) : NOTHING);
}

/** Reads the NOTIFICATION from `start` (its marker) to `end`, at least 21 octets as the framer has seen to; copies. */
export function readNotification(buf: Uint8Array, start: number, end: number): Notification {
  const at = start + HEADER_LENGTH;
  return { code: buf[at]!, subcode: buf[at + 1]!, data: buf.slice(at + 2, end) };
}

/** Appends a NOTIFICATION; data beyond `maxLength` of the message is cut (RFC 4271 4.5 allows no longer one). */
export function writeNotification(
  writer: Writer,
  { code, subcode, data }: Notification,
  maxLength = MAX_LENGTH,
): Writer {
  const room = maxLength - HEADER_LENGTH - 2;
  return writeMessage(writer, messageType.notification, (w) =>
    w
      .u8(code)
      .u8(subcode)
      .bytes(data.length > room ? data.subarray(0, room) : data),
  );
}
