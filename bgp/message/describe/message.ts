import { u16At } from "../../attribute/octets.ts";
import { hexOf } from "../../attribute/words.ts";
import { messageType } from "../../iana.ts";
import { HEADER_LENGTH } from "../header.ts";
import { readNotification } from "../notification.ts";
import { describeNotification } from "../notification-text.ts";
import { describeOpen, familyWords, type OpenWords } from "./open.ts";
import type { DescribeTerms } from "./terms.ts";
import { describeUpdate, type UpdateWords } from "./update.ts";

/** A NOTIFICATION in words; codes are numbers too, so that unknown ones are kept. */
export interface NotificationWords {
  readonly type: "NOTIFICATION";
  readonly length: number;
  readonly code: number;
  readonly subcode: number;
  readonly text: string;
  /** Hexadecimal; absent when there is none. */
  readonly data?: string;
}

/** A ROUTE-REFRESH in words (RFC 2918, RFC 7313). */
export interface RefreshWords {
  readonly type: "ROUTE-REFRESH";
  readonly length: number;
  readonly family: string;
  readonly subtype: number;
  readonly means: string;
  /** What stands behind, such as outbound route filters, in hexadecimal. */
  readonly data?: string;
}

/** A KEEPALIVE, or something that is none of BGP's messages. */
export interface OtherWords {
  readonly type: "KEEPALIVE" | "UNKNOWN";
  readonly length: number;
  /** The message's type, where it is unknown, and what is wrong. */
  readonly code?: number;
  readonly why?: string;
  readonly data?: string;
}

/** Any message of BGP in words and numbers. */
export type MessageWords = OpenWords | UpdateWords | NotificationWords | RefreshWords | OtherWords;

/** Shortest message of each type. */
const shortest: Readonly<Record<number, number>> = {
  [messageType.open]: 29,
  [messageType.update]: 23,
  [messageType.notification]: 21,
  [messageType.keepalive]: HEADER_LENGTH,
  [messageType.routeRefresh]: HEADER_LENGTH + 4,
};

const refreshMeans = ["request", "begin", "end"];

function describeNotificationMessage(buf: Uint8Array, start: number, end: number): NotificationWords {
  const said = readNotification(buf, start, end);
  const { code, subcode, data } = said;
  const text = describeNotification(said);
  return {
    type: "NOTIFICATION",
    length: end - start,
    code,
    subcode,
    text,
    ...(data.length > 0 && { data: hexOf(data) }),
  };
}

function describeRefresh(buf: Uint8Array, start: number, end: number): RefreshWords {
  const at = start + HEADER_LENGTH;
  const subtype = buf[at + 2]!;
  return {
    type: "ROUTE-REFRESH",
    length: end - start,
    family: familyWords(u16At(buf, at), buf[at + 3]!),
    subtype,
    means: refreshMeans[subtype] ?? "unknown",
    ...(at + 4 < end && { data: hexOf(buf.subarray(at + 4, end)) }),
  };
}

/** The message from `start` (its marker) to `end`, at least 19 octets. Never throws, whatever the octets. */
export function describeMessage(buf: Uint8Array, start: number, end: number, terms: DescribeTerms): MessageWords {
  const type = buf[start + 18]!;
  const length = end - start;
  if (length < (shortest[type] ?? HEADER_LENGTH)) {
    const why = `${length} octets are too few for a message of type ${type}`;
    return { type: "UNKNOWN", length, code: type, why, data: hexOf(buf.subarray(start + HEADER_LENGTH, end)) };
  }
  switch (type) {
    case messageType.open:
      return describeOpen(buf, start, end);
    case messageType.update:
      return describeUpdate(buf, start, end, terms);
    case messageType.notification:
      return describeNotificationMessage(buf, start, end);
    case messageType.routeRefresh:
      return describeRefresh(buf, start, end);
    case messageType.keepalive:
      return { type: "KEEPALIVE", length };
  }
  const data = hexOf(buf.subarray(start + HEADER_LENGTH, end));
  return { type: "UNKNOWN", length, code: type, why: "no message of BGP has this type", data };
}
