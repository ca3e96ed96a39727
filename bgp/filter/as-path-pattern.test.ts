import assert from "node:assert/strict";
import fc from "fast-check";
import { fitsPattern, parseAsPathPattern, placesOf } from "./as-path-pattern.ts";
import type { AsPathToken } from "./filter.ts";

/** What a pattern means, by the definition: every way of spending the stars. */
function naive(places: readonly (readonly number[])[], pattern: readonly AsPathToken[]): boolean {
  const [token, ...rest] = pattern;
  if (token === undefined) return places.length === 0;
  if (token === "*") return places.concat([[]]).some((_, i) => naive(places.slice(i), rest));
  const [place, ...others] = places;
  return place !== undefined && (token === "?" || place.includes(token)) && naive(others, rest);
}

describe("patterns of AS numbers", () => {
  it("are read from text", () => {
    assert.deepEqual(parseAsPathPattern(" 65001 *  ? "), [65001, "*", "?"]);
    assert.deepEqual(parseAsPathPattern(""), []);
    for (const wrong of ["x", "0", "4294967296", "1,2", "* ".repeat(65)]) {
      assert.equal(parseAsPathPattern(wrong), undefined, wrong);
    }
  });

  it("fit whole paths; a set is each of its members", () => {
    const path = placesOf([
      { kind: "sequence", asns: [1, 2] },
      { kind: "set", asns: [3, 4] },
    ]);
    for (const [text, expected] of [
      ["1 2 3", true],
      ["1 2 4", true],
      ["1 2", false],
      ["1 *", true],
      ["* 4", true],
      ["? ? ?", true],
      ["? ?", false],
      ["*", true],
      ["2 *", false],
    ] as const) {
      assert.equal(fitsPattern(path, parseAsPathPattern(text)!), expected, text);
    }
    assert.ok(fitsPattern([], []));
    assert.ok(!fitsPattern([], [1]));
  });

  it("fit exactly what their definition says", () => {
    const asn = fc.integer({ min: 1, max: 3 });
    const places = fc.array(fc.array(asn, { minLength: 1, maxLength: 2 }), { maxLength: 5 });
    const pattern = fc.array(fc.oneof(asn, fc.constant("?" as const), fc.constant("*" as const)), { maxLength: 5 });
    fc.assert(
      fc.property(places, pattern, (path, tokens) => {
        assert.equal(fitsPattern(path, tokens), naive(path, tokens));
      }),
      { numRuns: 500 },
    );
  });
});
