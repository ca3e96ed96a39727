import type { Family } from "../../net/family.ts";
import { u16At, u32At } from "../attribute/octets.ts";
import { afiOf, familyOf, SAFI_UNICAST } from "../family.ts";
import { ceaseCode, errorCode } from "../iana.ts";
import { type Notification, notification } from "./notification.ts";

/** A Cease for more prefixes than allowed, with what was exceeded: AFI 2, SAFI 1, limit 4 (RFC 4486 4). */
export function maxPrefixCease(family: Family, limit: number): Notification {
  const data = new Uint8Array(7);
  const view = new DataView(data.buffer);
  view.setUint16(0, afiOf[family]);
  view.setUint8(2, SAFI_UNICAST);
  view.setUint32(3, Math.min(limit, 0xffffffff));
  return notification(errorCode.cease, ceaseCode.maxPrefixes, data);
}

/** What such a Cease says was exceeded, or undefined; the family is undefined when it is none of ours. */
export function maxPrefixLimit(said: Notification): { family: Family | undefined; limit: number } | undefined {
  const { code, subcode, data } = said;
  if (code !== errorCode.cease || subcode !== ceaseCode.maxPrefixes || data.length < 7) return undefined;
  return { family: familyOf(u16At(data, 0), data[2]!), limit: u32At(data, 3) };
}
