import { messageType } from "../iana.ts";
import { HEADER_LENGTH } from "../message/header.ts";
import type { Notification } from "../message/notification.ts";
import { describeNotification } from "../message/notification-text.ts";

/** Messages of one direction by type (RFC 4271 4, RFC 2918 3). */
export interface MessageCounts {
  open: number;
  update: number;
  notification: number;
  keepalive: number;
  routeRefresh: number;
}

/** The last NOTIFICATION of a peer, either way. */
export interface LastError {
  readonly direction: "sent" | "received";
  readonly code: number;
  readonly subcode: number;
  /** In words: `Cease/Administrative Shutdown "maintenance"`. */
  readonly text: string;
  /** Wall-clock milliseconds. */
  readonly at: number;
}

/**
 * What one peer's session has done since the session was made: plain numbers that only grow, over all of its connections.
 * One object for the session's whole life, counted in place.
 */
export class SessionCounters {
  readonly messagesIn: MessageCounts = noMessages();
  readonly messagesOut: MessageCounts = noMessages();
  /** Octets of TCP payload heard. */
  octetsIn = 0;
  /** Octets of messages handed to TCP. */
  octetsOut = 0;
  /** How often the session became Established. */
  established = 0;
  /** UPDATEs with a fault in them, whatever became of them (RFC 7606). */
  malformed = 0;
  lastError: LastError | undefined;
  /** Wall-clock milliseconds of the last change of state; 0 before the first. */
  changedAt = 0;
}

/** Messages of all types together. */
export function messagesOf({ open, update, notification, keepalive, routeRefresh }: MessageCounts): number {
  return open + update + notification + keepalive + routeRefresh;
}

function noMessages(): MessageCounts {
  return { open: 0, update: 0, notification: 0, keepalive: 0, routeRefresh: 0 };
}

/** By message type. */
const names: readonly (keyof MessageCounts | undefined)[] = [
  undefined,
  "open",
  "update",
  "notification",
  "keepalive",
  "routeRefresh",
];

/** Counts one message of this type; a type that does not exist counts nowhere. */
export function countMessage(counts: MessageCounts, type: number): void {
  if (type === messageType.update) counts.update++;
  else {
    const name = names[type];
    if (name) counts[name]++;
  }
}

/** Counts whole messages that lie one behind the other. */
export function countMessages(counts: MessageCounts, bytes: Uint8Array): void {
  for (let at = 0; at + HEADER_LENGTH <= bytes.length; ) {
    countMessage(counts, bytes[at + 18]!);
    at += Math.max(HEADER_LENGTH, (bytes[at + 16]! << 8) | bytes[at + 17]!);
  }
}

/** What a NOTIFICATION leaves behind in `lastError`; `at` is wall-clock milliseconds. */
export function lastErrorOf(direction: LastError["direction"], said: Notification, at: number): LastError {
  return { direction, code: said.code, subcode: said.subcode, text: describeNotification(said), at };
}
