import type { Family } from "../../../net/family.ts";
import { u32At } from "../../attribute/octets.ts";
import { attributeCode, attributeFlag } from "../../iana.ts";
import { countPrefixes } from "../../nlri/count.ts";
import { NlriCursor } from "../../nlri/cursor.ts";
import type { Negotiated } from "../../session/negotiated.ts";

/** What is known of the session that a message belongs to; what is absent is guessed from the message itself. */
export interface DescribeTerms {
  /** AS numbers in AS_PATH and AGGREGATOR have four octets (RFC 6793). */
  readonly fourOctetAs?: boolean;
  /** Path identifiers stand before prefixes (RFC 7911). */
  readonly addPath?: { readonly [F in Family]?: boolean };
  readonly isInternal?: boolean;
}

/** A value of an attribute: where it lies. */
interface Place {
  readonly start: number;
  readonly end: number;
}

/** The value of the first attribute of this code in the block from `start` to `end`, or undefined. */
export function findAttribute(buf: Uint8Array, start: number, end: number, code: number): Place | undefined {
  for (let at = start; at + 3 <= end; ) {
    const isLong = (buf[at]! & attributeFlag.extendedLength) !== 0;
    const value = at + (isLong ? 4 : 3);
    const next = value + (isLong ? (buf[at + 2]! << 8) | buf[at + 3]! : buf[at + 2]!);
    if (next > end) return undefined;
    if (buf[at + 1] === code) return { start: value, end: next };
    at = next;
  }
  return undefined;
}

/** Whether an AS_PATH is well formed with AS numbers of so many octets. */
function fits(buf: Uint8Array, { start, end }: Place, octets: number): boolean {
  let at = start;
  while (at + 2 <= end) {
    const kind = buf[at]!;
    const next = at + 2 + buf[at + 1]! * octets;
    if (kind < 1 || kind > 4 || buf[at + 1] === 0) return false;
    at = next;
  }
  return at === end;
}

/** Four octets unless only two fit; of two ways that fit, the one in which no AS number is absurdly large. */
function guessFourOctets(buf: Uint8Array, start: number, end: number): boolean {
  const path = findAttribute(buf, start, end, attributeCode.asPath);
  if (!path || path.start === path.end) return true;
  const [four, two] = [fits(buf, path, 4), fits(buf, path, 2)];
  if (four !== two) return four || !two;
  return !two || u32At(buf, path.start + 2) >>> 16 === 0;
}

/**
 * Identifiers are believed in where the prefixes make no sense without: they run over, or the default route stands there
 * more than once, which is how the zeros before a small identifier would read.
 */
function guessAddPath(buf: Uint8Array, { start, end }: Place, family: Family): boolean {
  if (countPrefixes(buf, start, end, family, true) < 1) return false;
  if (countPrefixes(buf, start, end, family, false) < 0) return true;
  const cursor = new NlriCursor().start(buf, start, end, family, false);
  let defaults = 0;
  while (cursor.next()) if (cursor.length === 0) defaults++;
  return defaults > 1;
}

const neither = { send: false, receive: false };

/**
 * The terms under which the UPDATE with these parts is read: what is known, and for the rest what makes sense of its octets.
 */
export function termsFor(
  buf: Uint8Array,
  parts: { readonly withdrawn: Place; readonly attributes: Place; readonly nlri: Place },
  known: DescribeTerms,
): Negotiated {
  const { attributes, withdrawn, nlri } = parts;
  const legacy = nlri.start === nlri.end ? withdrawn : nlri;
  const reach = findAttribute(buf, attributes.start, attributes.end, attributeCode.mpReach);
  const unreach = findAttribute(buf, attributes.start, attributes.end, attributeCode.mpUnreach);
  const multiprotocol = reach
    ? { start: reach.start + 5 + buf[reach.start + 3]!, end: reach.end }
    : unreach && { start: unreach.start + 3, end: unreach.end };
  const afi = (reach ?? unreach) === undefined ? 0 : buf[(reach ?? unreach)!.start + 1]!;
  const place = (family: Family): Place =>
    multiprotocol && afi === (family === "ipv4" ? 1 : 2)
      ? multiprotocol
      : family === "ipv4"
        ? legacy
        : { start: 0, end: 0 };
  const receive = (family: Family): boolean => known.addPath?.[family] ?? guessAddPath(buf, place(family), family);
  const hasLocalPref = findAttribute(buf, attributes.start, attributes.end, attributeCode.localPref) !== undefined;
  return {
    localAsn: 0,
    peerAsn: 0,
    localRouterId: 0,
    peerRouterId: 0,
    isInternal: known.isInternal ?? hasLocalPref,
    families: ["ipv4", "ipv6"],
    fourOctetAs: known.fourOctetAs ?? guessFourOctets(buf, attributes.start, attributes.end),
    holdTimeSeconds: 0,
    keepaliveSeconds: 0,
    routeRefresh: true,
    enhancedRouteRefresh: true,
    extendedMessage: true,
    maxMessageLength: 65535,
    addPath: { ipv4: { ...neither, receive: receive("ipv4") }, ipv6: { ...neither, receive: receive("ipv6") } },
    extendedNextHop: true,
    gracefulRestart: undefined,
    longLived: undefined,
    role: undefined,
  };
}
