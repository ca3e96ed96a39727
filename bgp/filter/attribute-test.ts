import { covers } from "../../net/prefix.ts";
import type { AsPath } from "../attribute/as-path.ts";
import { readAsPath } from "../attribute/as-path-codec.ts";
import type { ExtendedCommunity, LargeCommunity } from "../attribute/path-attributes.ts";
import { attributeCode } from "../iana.ts";
import { attributeBit } from "../rib/attribute-columns.ts";
import type { AttributeStore } from "../rib/attribute-store.ts";
import { fitsPattern, placesOf } from "./as-path-pattern.ts";
import { valueSpan, wordsOf } from "./block-value.ts";
import type { AsPathMatch, Match } from "./filter.ts";

/** Whether an attribute set meets the conditions of a match that look at nothing else. */
export type AttributeTest = (set: number, store: AttributeStore) => boolean;

/** The test of everything in a match that an attribute set alone decides; undefined when there is no such condition. */
export function attributeTest(match: Match): AttributeTest | undefined {
  const tests = [...ownTests(match), ...numberTests(match), ...communityTests(match)];
  if (match.asPath !== undefined) tests.push(asPathTest(match.asPath));
  const [only] = tests;
  if (tests.length <= 1) return only;
  return (set, store) => tests.every((test) => test(set, store));
}

/** What only our own routes have, and what they have not. */
function ownTests({ tags, interfaces, nextHops }: Match): AttributeTest[] {
  const tests: AttributeTest[] = [];
  if (tags !== undefined) tests.push((set, store) => tags.includes(store.labels.tag(store.tag(set))));
  if (interfaces !== undefined) {
    tests.push((set, store) => {
      const name = store.labels.interfaceName(store.tag(set));
      return name !== "" && interfaces.some((pattern) => fitsName(name, pattern));
    });
  }
  if (nextHops !== undefined) {
    tests.push((set, { columns }) => {
      const { address } = columns.nextHops.hop(columns.nextHop[set]!);
      return address !== undefined && nextHops.some((prefix) => covers(prefix, address));
    });
  }
  return tests;
}

/** Calico's wildcard: `*` stands for any number of characters (BIRD's `~` of strings). */
function fitsName(name: string, pattern: string): boolean {
  const [head = "", ...rest] = pattern.split("*");
  const tail = rest.pop();
  if (tail === undefined) return name === head;
  if (name.length < head.length + tail.length || !name.startsWith(head) || !name.endsWith(tail)) return false;
  let at = head.length;
  const end = name.length - tail.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

function numberTests({ localPref, med }: Match): AttributeTest[] {
  const tests: AttributeTest[] = [];
  if (localPref !== undefined) tests.push((set, { columns }) => columns.localPref[set] === localPref);
  if (med !== undefined) {
    tests.push((set, { columns }) => (columns.flags[set]! & attributeBit.hasMed) !== 0 && columns.med[set] === med);
  }
  return tests;
}

function communityTests(match: Match): AttributeTest[] {
  return [
    ...wordTests(attributeCode.communities, 1, match.communities, match.allCommunities, (one) => [one]),
    ...wordTests(attributeCode.largeCommunities, 3, match.largeCommunities, match.allLargeCommunities, largeWords),
    ...wordTests(
      attributeCode.extendedCommunities,
      2,
      match.extendedCommunities,
      match.allExtendedCommunities,
      extendedWords,
    ),
  ];
}

function largeWords({ globalAdministrator, localData1, localData2 }: LargeCommunity): number[] {
  return [globalAdministrator, localData1, localData2];
}

function extendedWords({ high, low }: ExtendedCommunity): number[] {
  return [high, low];
}

/** One kind of communities, each of `size` words: one of `some` and every one of `all` must be there. */
function wordTests<T>(
  code: number,
  size: number,
  some: readonly T[] | undefined,
  all: readonly T[] | undefined,
  wordsOfOne: (one: T) => number[],
): AttributeTest[] {
  const tests: AttributeTest[] = [];
  const asWords = (list: readonly T[]): number[][] => list.map(wordsOfOne);
  if (some !== undefined) {
    const wanted = asWords(some);
    tests.push((set, store) => {
      const words = wordsOf(store.block(set), code);
      return wanted.some((one) => hasWords(words, one, size));
    });
  }
  if (all !== undefined) {
    const wanted = asWords(all);
    tests.push((set, store) => {
      const words = wordsOf(store.block(set), code);
      return wanted.every((one) => hasWords(words, one, size));
    });
  }
  return tests;
}

function hasWords(words: readonly number[], wanted: readonly number[], size: number): boolean {
  for (let at = 0; at < words.length; at += size) if (wanted.every((word, i) => words[at + i] === word)) return true;
  return false;
}

function asPathTest({ contains, first, last, minLength, maxLength, pattern }: AsPathMatch): AttributeTest {
  const readsPath = (contains ?? first ?? last ?? pattern) !== undefined;
  return (set, store) => {
    const length = store.columns.asPathLength[set]!;
    if (minLength !== undefined && length < minLength) return false;
    if (maxLength !== undefined && length > maxLength) return false;
    if (!readsPath) return true;
    const places = placesOf(pathOf(store.block(set)));
    const isOne = (place: readonly number[] | undefined, of: readonly number[] | undefined): boolean =>
      of === undefined || (place?.some((asn) => of.includes(asn)) ?? false);
    if (contains !== undefined && !places.some((place) => isOne(place, contains))) return false;
    if (!isOne(places[0], first) || !isOne(places.at(-1), last)) return false;
    return pattern === undefined || fitsPattern(places, pattern);
  };
}

/** The AS_PATH of a stored block; empty when it has none. */
export function pathOf(block: Uint8Array): AsPath {
  const span = valueSpan(block, attributeCode.asPath);
  const path = span ? readAsPath(block, span.start, span.end, 4) : [];
  return typeof path === "string" ? [] : path;
}
