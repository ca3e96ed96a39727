import type { Family } from "../../net/family.ts";
import type { NlriCursor } from "./cursor.ts";

/**
 * Whether hosts can live in the prefix a cursor stands at: not in 224.0.0.0/3 (multicast, and reserved), ff00::/8
 * (multicast) or fe80::/10 (link-local). RFC 4271 6.3: any other is ignored, and the session goes on.
 */
export function isUsable(family: Family, { a, length }: NlriCursor): boolean {
  if (family === "ipv4") return a < 0xe0000000;
  return a < 0xfe800000 || (a < 0xff000000 && (a > 0xfebfffff || length < 10));
}
