import type { Writer } from "../../lib/writer.ts";
import type { Family } from "../../net/family.ts";
import { afiOf, familyOf, SAFI_UNICAST } from "../family.ts";
import { messageType } from "../iana.ts";
import { HEADER_LENGTH, writeMessage } from "./header.ts";

/** A ROUTE-REFRESH (RFC 2918 3): subtype 0 asks; 1 and 2 frame the answer (RFC 7313 3.2). */
export interface RouteRefresh {
  /** Undefined when this speaker does not carry the family. */
  readonly family: Family | undefined;
  readonly subtype: number;
}

/**
 * Reads the ROUTE-REFRESH from `start` (its marker) to `end`. Undefined when it is not 23 octets long: an ORF (RFC 5291),
 * which we never asked for, or a wrong length (RFC 7313 5).
 */
export function readRouteRefresh(buf: Uint8Array, start: number, end: number): RouteRefresh | undefined {
  if (end - start !== HEADER_LENGTH + 4) return undefined;
  const at = start + HEADER_LENGTH;
  return { family: familyOf((buf[at]! << 8) | buf[at + 1]!, buf[at + 3]!), subtype: buf[at + 2]! };
}

/** Appends a ROUTE-REFRESH: AFI 2, subtype 1, SAFI 1. */
export function writeRouteRefresh(writer: Writer, family: Family, subtype = 0): Writer {
  return writeMessage(writer, messageType.routeRefresh, (w) => w.u16(afiOf[family]).u8(subtype).u8(SAFI_UNICAST));
}
