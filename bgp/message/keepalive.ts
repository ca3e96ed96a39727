import type { Writer } from "../../lib/writer.ts";
import { messageType } from "../iana.ts";
import { writeMessage } from "./header.ts";

/** Appends a KEEPALIVE: a header and nothing else (RFC 4271 4.4). */
export function writeKeepalive(writer: Writer): Writer {
  return writeMessage(writer, messageType.keepalive);
}
