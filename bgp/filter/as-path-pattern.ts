import type { AsPath } from "../attribute/as-path.ts";
import type { AsPathToken } from "./filter.ts";

/** Most tokens of a pattern: matching takes path length × tokens steps. */
export const MAX_PATTERN = 64;

/**
 * The pattern that a text spells, as `65001 * ? 65002`: AS numbers, `?` for any one and `*` for any number of them. The
 * empty text is the empty path. Undefined when it is none or has more than 64 tokens.
 */
export function parseAsPathPattern(text: string): readonly AsPathToken[] | undefined {
  const words = text.split(/\s+/).filter((word) => word !== "");
  if (words.length > MAX_PATTERN) return undefined;
  const tokens: AsPathToken[] = [];
  for (const word of words) {
    const asn = /^[0-9]{1,10}$/.test(word) ? Number(word) : Number.NaN;
    if (word === "?" || word === "*") tokens.push(word);
    else if (asn > 0 && asn <= 0xffffffff) tokens.push(asn);
    else return undefined;
  }
  return tokens;
}

/** The places of a path, nearest first, each with the AS numbers it may be: one, or the members of a set. */
export function placesOf(path: AsPath): readonly (readonly number[])[] {
  return path.flatMap(({ kind, asns }) => (kind === "sequence" ? asns.map((asn) => [asn]) : [asns]));
}

/** Whether the places of a path fit a pattern. No recursion and no regular expression: O(places × tokens). */
export function fitsPattern(places: readonly (readonly number[])[], pattern: readonly AsPathToken[]): boolean {
  let reached = 0;
  /** Where the last `*` stands, and how many places it takes in; -1: there was none yet. */
  let star = -1;
  let taken = 0;
  let at = 0;
  while (at < places.length) {
    const token = pattern[reached];
    if (token === "*") {
      star = reached++;
      taken = at;
    } else if (token === "?" || (typeof token === "number" && places[at]!.includes(token))) {
      reached++;
      at++;
    } else if (star >= 0) {
      reached = star + 1;
      at = ++taken;
    } else return false;
  }
  while (pattern[reached] === "*") reached++;
  return reached === pattern.length;
}
