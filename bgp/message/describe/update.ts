import type { Family } from "../../../net/family.ts";
import { formatPrefix, type Prefix } from "../../../net/prefix.ts";
import { decodeAttributes } from "../../attribute/decode.ts";
import { attributeByCode, attributeName } from "../../attribute/table.ts";
import { type AttributeWords, attributeWords, hexOf } from "../../attribute/words.ts";
import { familyOf } from "../../family.ts";
import { attributeCode, attributeFlag } from "../../iana.ts";
import { countPrefixes } from "../../nlri/count.ts";
import { NlriCursor } from "../../nlri/cursor.ts";
import { HEADER_LENGTH } from "../header.ts";
import { scanUpdate } from "../scan-update.ts";
import type { UpdateFault } from "../update-fault.ts";
import { UpdateScan } from "../update-scan.ts";
import { type DescribeTerms, findAttribute, termsFor } from "./terms.ts";

/** A prefix, with its identifier where the session has them (RFC 7911). */
export type PrefixWords = string | { readonly prefix: string; readonly pathId: number };

/** One attribute as it stands in the message; `hex` when this program does not know its code. */
export interface RawAttribute {
  readonly code: number;
  readonly name: string;
  readonly flags: string;
  /** Where it begins, in octets from the message's marker (or from the block, for one that stands alone). */
  readonly offset: number;
  readonly length: number;
  readonly hex?: string;
}

/** Prefixes of MP_REACH_NLRI or MP_UNREACH_NLRI; `hex` of a family that this program does not read. */
export interface MultiprotocolWords {
  readonly afi: number;
  readonly safi: number;
  readonly family?: Family;
  readonly prefixes?: readonly PrefixWords[];
  readonly hex?: string;
}

/** What is wrong with an UPDATE (RFC 7606). */
export interface FaultWords {
  readonly action: UpdateFault["action"];
  readonly attribute?: number;
  readonly subcode: number;
  readonly why: string;
  /** Where the attribute begins, from the marker. */
  readonly offset?: number;
}

/** An UPDATE in words. */
export interface UpdateWords {
  readonly type: "UPDATE";
  readonly length: number;
  readonly verdict: "ok" | "discard" | "withdraw" | "reset" | "end-of-rib";
  readonly endOfRib?: Family;
  readonly withdrawn?: readonly PrefixWords[];
  readonly unreach?: MultiprotocolWords;
  readonly path?: AttributeWords;
  readonly reach?: MultiprotocolWords;
  readonly nlri?: readonly PrefixWords[];
  readonly attributes?: readonly RawAttribute[];
  readonly faults?: readonly FaultWords[];
}

/** The prefixes from `start` to `end`, or undefined when they are malformed. */
export function prefixWords(
  buf: Uint8Array,
  start: number,
  end: number,
  family: Family,
  addPath: boolean,
): readonly PrefixWords[] | undefined {
  if (countPrefixes(buf, start, end, family, addPath) < 0) return undefined;
  const cursor = new NlriCursor().start(buf, start, end, family, addPath);
  const words: PrefixWords[] = [];
  while (cursor.next()) {
    const { a, b, c, d, length, pathId } = cursor;
    const prefix = formatPrefix({ family, a, b, c, d, length } as Prefix);
    words.push(addPath ? { prefix, pathId } : prefix);
  }
  return words;
}

const flagNames: readonly (readonly [number, string])[] = [
  [attributeFlag.optional, "optional"],
  [attributeFlag.transitive, "transitive"],
  [attributeFlag.partial, "partial"],
  [attributeFlag.extendedLength, "extended"],
];

/** Every attribute of the block from `start` to `end` as far as their lengths can be believed; offsets count from `origin`. */
export function rawAttributes(buf: Uint8Array, start: number, end: number, origin: number): RawAttribute[] {
  const all: RawAttribute[] = [];
  for (let at = start; at + 3 <= end; ) {
    const flags = buf[at]!;
    const code = buf[at + 1]!;
    const isLong = (flags & attributeFlag.extendedLength) !== 0;
    const value = at + (isLong ? 4 : 3);
    const next = value + (isLong ? (buf[at + 2]! << 8) | (buf[at + 3] ?? 0) : buf[at + 2]!);
    if (next > end) break;
    const isKnown = attributeByCode(code) !== undefined || code === attributeCode.mpUnreach;
    all.push({
      code,
      name: attributeName(code),
      flags: flagNames.flatMap(([bit, name]) => (flags & bit ? [name] : [])).join(" ") || "well-known",
      offset: at - origin,
      length: next - value,
      ...(!isKnown && { hex: hexOf(buf.subarray(value, next)) }),
    });
    at = next;
  }
  return all;
}

function multiprotocol(
  buf: Uint8Array,
  place: { readonly start: number; readonly end: number } | undefined,
  header: number,
  addPath: (family: Family) => boolean,
): MultiprotocolWords | undefined {
  if (!place || place.end - place.start < 3) return undefined;
  const { start, end } = place;
  const afi = (buf[start]! << 8) | buf[start + 1]!;
  const safi = buf[start + 2]!;
  const from = Math.min(end, start + header);
  const family = familyOf(afi, safi);
  const prefixes = family && prefixWords(buf, from, end, family, addPath(family));
  const named = family && { family };
  return prefixes ? { afi, safi, ...named, prefixes } : { afi, safi, ...named, hex: hexOf(buf.subarray(from, end)) };
}

function faultWords(faults: readonly UpdateFault[], raw: readonly RawAttribute[]): FaultWords[] {
  return faults.map(({ action, attribute, subcode, why }) => {
    const offset = raw.find(({ code }) => code === attribute)?.offset;
    return {
      action,
      ...(attribute !== undefined && { attribute }),
      subcode,
      why,
      ...(offset !== undefined && { offset }),
    };
  });
}

/** Which part of an UPDATE lies where, or undefined when its lengths do not add up. */
function partsOf(buf: Uint8Array, start: number, end: number) {
  const withdrawn = start + HEADER_LENGTH + 2;
  const withdrawnEnd = withdrawn + ((buf[withdrawn - 2]! << 8) | buf[withdrawn - 1]!);
  const attributes = withdrawnEnd + 2;
  if (attributes > end) return undefined;
  const attributesEnd = attributes + ((buf[withdrawnEnd]! << 8) | buf[withdrawnEnd + 1]!);
  if (attributesEnd > end) return undefined;
  return {
    withdrawn: { start: withdrawn, end: withdrawnEnd },
    attributes: { start: attributes, end: attributesEnd },
    nlri: { start: attributesEnd, end },
  };
}

/** Filled anew by every message: its scratch is not worth making again. */
const scan = new UpdateScan();

/**
 * The UPDATE from `start` (its marker) to `end`, at least 23 octets: everything it says, and what a speaker would make of it.
 * Never throws, whatever the octets.
 */
export function describeUpdate(buf: Uint8Array, start: number, end: number, known: DescribeTerms): UpdateWords {
  const head = { type: "UPDATE", length: end - start } as const;
  const parts = partsOf(buf, start, end);
  const nowhere = { start: end, end };
  const terms = termsFor(buf, parts ?? { withdrawn: nowhere, attributes: nowhere, nlri: nowhere }, known);
  scanUpdate(buf, start, end, terms, scan);
  if (!parts) return { ...head, verdict: "reset", faults: faultWords(scan.faults, []) };
  const { withdrawn, attributes, nlri } = parts;
  const addPath = (family: Family): boolean => terms.addPath[family].receive;
  const find = (code: number) => findAttribute(buf, attributes.start, attributes.end, code);
  const raw = rawAttributes(buf, attributes.start, attributes.end, start);
  const hop = find(attributeCode.mpReach);
  const reach = multiprotocol(buf, hop, 5 + (hop ? (buf[hop.start + 3] ?? 0) : 0), addPath);
  const unreach = multiprotocol(buf, find(attributeCode.mpUnreach), 3, addPath);
  const decoded = decodeAttributes(buf, attributes.start, attributes.end, terms);
  const faults = faultWords(
    [...scan.faults, ...decoded.faults.filter(({ why }) => !scan.faults.some((one) => one.why.startsWith(why)))],
    raw,
  );
  const isPath = decoded.attributes && raw.some(({ code }) => code !== attributeCode.mpUnreach);
  const list = (at: { readonly start: number; readonly end: number }) =>
    at.start === at.end ? undefined : prefixWords(buf, at.start, at.end, "ipv4", addPath("ipv4"));
  const [gone, announced] = [list(withdrawn), list(nlri)];
  return {
    ...head,
    verdict: verdictOf(faults),
    ...(scan.endOfRib && { endOfRib: scan.endOfRib }),
    ...(gone && { withdrawn: gone }),
    ...(unreach && { unreach }),
    ...(isPath && { path: attributeWords(decoded.attributes!) }),
    ...(reach && { reach }),
    ...(announced && { nlri: announced }),
    ...(raw.length > 0 && { attributes: raw }),
    ...(faults.length > 0 && { faults }),
  };
}

function verdictOf(faults: readonly FaultWords[]): UpdateWords["verdict"] {
  if (scan.verdict === "end-of-rib") return "end-of-rib";
  for (const action of ["reset", "withdraw", "discard"] as const) {
    if (scan.verdict === action || faults.some((fault) => fault.action === action)) return action;
  }
  return "ok";
}
