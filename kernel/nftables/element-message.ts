import type { AttributeReader } from "../netlink/attribute.ts";
import type { MessageWriter } from "../netlink/message-writer.ts";
import { type ElementKey, keyBounds, keyOfBounds } from "./element.ts";
import { readVerdictData, writeVerdictData } from "./expression/verdict.ts";
import type { Verdict } from "./expression.ts";
import { type Octets, octet, octetsOf } from "./octets.ts";
import type { SetSpec } from "./set.ts";

/** The set that a list of elements belongs to (NFTA_SET_ELEM_LIST_SET). */
export const NFTA_SET_ELEM_LIST_SET = 2;
/** The elements (NFTA_SET_ELEM_LIST_ELEMENTS). */
export const NFTA_SET_ELEM_LIST_ELEMENTS = 3;
const NFTA_LIST_ELEM = 1;
const NFTA_SET_ELEM_KEY = 1;
const NFTA_SET_ELEM_DATA = 2;
const NFTA_SET_ELEM_FLAGS = 3;
const NFTA_SET_ELEM_KEY_END = 10;
const NFTA_DATA_VALUE = 1;
const NFT_SET_ELEM_INTERVAL_END = 1;

/** The most octets of one list: a nest's length has 16 bits. */
export const fullList = 60_000;

/** The next key of the same length, or undefined after the last. */
function following(key: Octets): Octets | undefined {
  for (let at = key.length - 1; at >= 0; at--) {
    const value = key.charCodeAt(at);
    if (value < 255) return key.slice(0, at) + octet(value + 1) + "\0".repeat(key.length - at - 1);
  }
  return undefined;
}

function writeKey(w: MessageWriter, type: number, key: Octets): void {
  const length = key.length;
  const padded = (length + 3) & ~3;
  w.u16(8 + padded).u16(type | 0x8000);
  w.u16(4 + length).u16(NFTA_DATA_VALUE);
  for (let i = 0; i < length; i++) w.u8(key.charCodeAt(i));
  if (padded !== length) w.zeros(padded - length);
}

/** Octets of a nest with one key in it, its header included. */
function keyNest(key: Octets): number {
  return 8 + ((key.length + 3) & ~3);
}

/**
 * Writes one element. A range over one field is its first key and, marked as an end, the key after its last; a range in a
 * concatenation carries both keys in one element.
 */
export function writeElement(w: MessageWriter, spec: SetSpec, key: ElementKey): void {
  if (!spec.interval) {
    w.u16(4 + keyNest(key)).u16(NFTA_LIST_ELEM | 0x8000);
    writeKey(w, NFTA_SET_ELEM_KEY, key);
    return;
  }
  const [from, to] = keyBounds(spec, key);
  if (spec.key.length > 1) {
    w.u16(4 + 2 * keyNest(from)).u16(NFTA_LIST_ELEM | 0x8000);
    writeKey(w, NFTA_SET_ELEM_KEY, from);
    writeKey(w, NFTA_SET_ELEM_KEY_END, to);
    return;
  }
  w.u16(4 + keyNest(from)).u16(NFTA_LIST_ELEM | 0x8000);
  writeKey(w, NFTA_SET_ELEM_KEY, from);
  const end = following(to);
  if (end === undefined) return;
  w.u16(4 + keyNest(end) + 8).u16(NFTA_LIST_ELEM | 0x8000);
  writeKey(w, NFTA_SET_ELEM_KEY, end);
  w.attrBe32(NFTA_SET_ELEM_FLAGS, NFT_SET_ELEM_INTERVAL_END);
}

/** Writes one entry of a verdict map; without a verdict, only its key, as deletions want it. */
export function writeEntry(w: MessageWriter, name: string, verdict?: Verdict): void {
  w.nest(NFTA_LIST_ELEM, () => {
    writeKey(w, NFTA_SET_ELEM_KEY, name.padEnd(16, "\0"));
    if (verdict) writeVerdictData(w, NFTA_SET_ELEM_DATA, verdict);
  });
}

/** One element as the kernel lists it. */
export interface RawElement {
  readonly key: Octets;
  /** Of a range in a concatenation. */
  readonly keyEnd: Octets | undefined;
  /** This key is the first that no longer belongs to the range before. */
  readonly end: boolean;
  readonly verdict: Verdict | undefined;
}

function readKey(nest: AttributeReader): Octets {
  while (nest.next()) if (nest.type === NFTA_DATA_VALUE) return octetsOf(nest.bytes());
  return "";
}

/** Reads a list of elements (the payload of NFTA_SET_ELEM_LIST_ELEMENTS) and appends them to `out`. */
export function readElements(list: AttributeReader, out: RawElement[]): void {
  while (list.next()) {
    const element = list.nested();
    let key = "";
    let keyEnd: Octets | undefined;
    let end = false;
    let verdict: Verdict | undefined;
    while (element.next()) {
      if (element.type === NFTA_SET_ELEM_KEY) key = readKey(element.nested());
      else if (element.type === NFTA_SET_ELEM_KEY_END) keyEnd = readKey(element.nested());
      else if (element.type === NFTA_SET_ELEM_FLAGS) end = (element.be32() & NFT_SET_ELEM_INTERVAL_END) !== 0;
      else if (element.type === NFTA_SET_ELEM_DATA) verdict = readVerdictData(element.nested());
    }
    out.push({ key, keyEnd, end, verdict });
  }
}

/** The key before one of the same length; the caller vouches that it is not the first. */
function preceding(key: Octets): Octets {
  let at = key.length - 1;
  while (at > 0 && key.charCodeAt(at) === 0) at--;
  return key.slice(0, at) + octet(key.charCodeAt(at) - 1) + "\xff".repeat(key.length - at - 1);
}

/** The keys of a set that the kernel listed in whatever order: starts and ends of ranges find each other again. */
export function elementKeys(spec: SetSpec, raw: readonly RawElement[]): ElementKey[] {
  if (!spec.interval) return raw.map((element) => element.key);
  if (spec.key.length > 1) return raw.map(({ key, keyEnd = key }) => keyOfBounds(spec, key, keyEnd));
  // Where a range ends on the key at which the next begins, the end comes first.
  const sorted = [...raw].sort((x, y) => (x.key < y.key ? -1 : x.key > y.key ? 1 : Number(y.end) - Number(x.end)));
  const keys: ElementKey[] = [];
  let from: Octets | undefined;
  for (const { key, end } of sorted) {
    if (from !== undefined) keys.push(keyOfBounds(spec, from, preceding(key)));
    from = end ? undefined : key;
  }
  if (from !== undefined) keys.push(keyOfBounds(spec, from, "\xff".repeat(from.length)));
  return keys;
}
