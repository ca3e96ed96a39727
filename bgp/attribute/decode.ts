import { attributeCode, attributeFlag, updateError } from "../iana.ts";
import { type FaultAction, isStronger, type UpdateFault } from "../message/update-fault.ts";
import { mergeAs4 } from "./as4-path.ts";
import type { AttributeDescriptor, AttributeTerms, Draft, Flaw } from "./descriptor.ts";
import { u16At } from "./octets.ts";
import { type OpaqueDescriptor, opaqueByCode } from "./opaque.ts";
import { type PathAttributes, pathAttributes, type UnknownAttribute } from "./path-attributes.ts";
import { attributeByCode } from "./table.ts";

/**
 * An attribute block, judged. `attributes` is there unless the verdict is `withdraw` or `reset`; `discard` means that it
 * is there without the attributes that were at fault.
 */
export interface DecodedAttributes {
  readonly verdict: "ok" | FaultAction;
  readonly attributes: PathAttributes | undefined;
  /** Empty when the verdict is `ok`; otherwise in the order of the block. */
  readonly faults: readonly UpdateFault[];
}

const TYPE_BITS = attributeFlag.optional | attributeFlag.transitive;

/**
 * What the attribute block from `start` to `end` says, and what is wrong with it (RFC 4271 6.3 as revised by RFC 7606,
 * and the RFC of each attribute). Meant to run once for every distinct block: `scan.block`, which the RIB interns.
 * Whether mandatory attributes are there depends on the message and was judged by `scanUpdate`. Never throws; copies
 * what it keeps.
 */
export function decodeAttributes(
  buf: Uint8Array,
  start: number,
  end: number,
  terms: AttributeTerms,
): DecodedAttributes {
  return decodeNested(buf, start, end, terms, 0);
}

function decodeNested(
  buf: Uint8Array,
  start: number,
  end: number,
  terms: AttributeTerms,
  depth: number,
): DecodedAttributes {
  const draft: Draft = { ...pathAttributes(), as4Path: undefined, as4Aggregator: undefined };
  const seen = new Uint32Array(8);
  const unknown: UnknownAttribute[] = [];
  const partial: number[] = [];
  const faults: UpdateFault[] = [];
  let at = start;
  while (at < end) {
    const flags = buf[at]!;
    const extended = (flags & attributeFlag.extendedLength) !== 0;
    const value = at + (extended ? 4 : 3);
    const next = value > end ? end + 1 : value + (extended ? u16At(buf, at + 2) : buf[at + 2]!);
    if (next > end) {
      faults.push(overrun(buf, at, end));
      break;
    }
    const code = buf[at + 1]!;
    const bit = 1 << (code & 31);
    // RFC 7606 3 (g): the first of several counts.
    if (!(seen[code >>> 5]! & bit)) {
      seen[code >>> 5]! |= bit;
      const row = attributeByCode(code);
      const flaw = row
        ? (flagsFlaw(flags, row) ?? row.decode(buf, value, next, draft, terms))
        : keepUnknown(buf, flags, code, value, next, unknown, depth);
      if (flaw) faults.push({ ...flaw, attribute: code, data: buf.slice(at, next), why: reason(row, code, flaw) });
      else if (row && flags & attributeFlag.partial && !isAs4(code)) partial.push(code);
    }
    at = next;
  }
  return conclude(draft, unknown, partial, faults);
}

/** What is merged, and made anew for the next old speaker (RFC 6793 4.2), has nobody's Partial bit. */
function isAs4(code: number): boolean {
  return code === attributeCode.as4Path || code === attributeCode.as4Aggregator;
}

function conclude(
  draft: Draft,
  unknown: UnknownAttribute[],
  partial: number[],
  faults: readonly UpdateFault[],
): DecodedAttributes {
  let verdict: "ok" | FaultAction = "ok";
  for (const { action } of faults) if (isStronger(action, verdict)) verdict = action;
  if (verdict === "withdraw" || verdict === "reset") return { verdict, attributes: undefined, faults };
  mergeAs4(draft);
  const { as4Path: _path, as4Aggregator: _aggregator, ...attributes } = draft;
  unknown.sort((x, y) => x.code - y.code);
  partial.sort((x, y) => x - y);
  return { verdict, attributes: { ...attributes, unknown, partial }, faults };
}

/** RFC 7606 3 (c); the Partial bit belongs to optional transitive attributes only (RFC 4271 5). */
function flagsFlaw(flags: number, row: Pick<AttributeDescriptor, "flags">): Flaw | undefined {
  const strayPartial = (flags & attributeFlag.partial) !== 0 && row.flags !== TYPE_BITS;
  if ((flags & TYPE_BITS) === row.flags && !strayPartial) return undefined;
  const why = `flags 0x${(flags & 0xe0).toString(16)}: 0x${row.flags.toString(16)} expected`;
  return { action: "withdraw", subcode: updateError.flags, why };
}

/**
 * Optional transitive: kept. Optional: dropped without a word. Well-known and yet unknown: a fault (RFC 4271 5, 6.3). So
 * also those whose syntax we know and nothing else, once it was found sound.
 */
function keepUnknown(
  buf: Uint8Array,
  flags: number,
  code: number,
  start: number,
  end: number,
  into: UnknownAttribute[],
  depth: number,
): Flaw | undefined {
  const opaque = opaqueByCode(code);
  if (opaque) {
    const flaw = opaqueFlaw(opaque, buf, flags, start, end, depth);
    if (flaw) return flaw;
  }
  if (!(flags & attributeFlag.optional)) {
    if (code === attributeCode.mpUnreach) return undefined;
    return { action: "withdraw", subcode: updateError.unrecognizedWellKnown, why: "well-known, but not to us" };
  }
  if (!(flags & attributeFlag.transitive)) return undefined;
  into.push({ flags: flags & ~attributeFlag.extendedLength & 0xf0, code, value: buf.slice(start, end) });
  return undefined;
}

function opaqueFlaw(
  row: OpaqueDescriptor,
  buf: Uint8Array,
  flags: number,
  start: number,
  end: number,
  depth: number,
): Flaw | undefined {
  const wrong = flagsFlaw(flags, row);
  if (wrong) return { ...wrong, action: row.wrongFlags };
  const why = row.malformed(buf, start, end, (from, to) => isSoundInside(buf, from, to, depth));
  const action = start === end ? (row.whenEmpty ?? row.action) : row.action;
  return why === undefined ? undefined : { action, subcode: updateError.optional, why };
}

/** Attribute sets may lie within each other, but nobody puts them deeper than this. */
const MAX_DEPTH = 4;
const insideTerms: AttributeTerms = { fourOctetAs: true, isInternal: true };

/** Whether the attributes that ATTR_SET carries are without a fault that would cost routes (RFC 6368 5). */
function isSoundInside(buf: Uint8Array, start: number, end: number, depth: number): boolean {
  if (depth === MAX_DEPTH) return false;
  const { verdict } = decodeNested(buf, start, end, insideTerms, depth + 1);
  return verdict === "ok" || verdict === "discard";
}

function overrun(buf: Uint8Array, at: number, end: number): UpdateFault {
  const attribute = end - at >= 2 ? buf[at + 1]! : undefined;
  const why = `an attribute runs over the end of the block by its length field`;
  return { attribute, action: "withdraw", subcode: updateError.malformedList, data: buf.slice(at, end), why };
}

function reason(row: AttributeDescriptor | undefined, code: number, flaw: Flaw): string {
  return `${row?.name ?? opaqueByCode(code)?.name ?? `attribute ${code}`}: ${flaw.why}`;
}
