import assert from "node:assert/strict";
import fc from "fast-check";
import { disjoint, RangeUnion } from "./interval.ts";

const octet = (value: number): string => String.fromCharCode(value);
const range = fc
  .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 12 }))
  .map(([from, more]) => octet(from) + octet(Math.min(60, from + more)));

/** The naive answer: is the key in any of the ranges? */
function holds(ranges: Iterable<string>, key: number): boolean {
  for (const r of ranges) if (r.charCodeAt(0) <= key && key <= r.charCodeAt(1)) return true;
  return false;
}

describe("interval elements", () => {
  it("disjoint ranges hold the same keys, share none, and are as few as touching ranges allow", () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 30 }), (ranges) => {
        const out = disjoint([...ranges].sort(), 1);
        for (let key = 0; key <= 70; key++) assert.equal(holds(out, key), holds(ranges, key), `key ${key}`);
        for (let i = 1; i < out.length; i++) assert.ok(out[i - 1]!.charCodeAt(1) < out[i]!.charCodeAt(0));
        assert.ok(out.length <= new Set(ranges).size);
      }),
    );
  });

  it("any history of changes leaves the ranges of its end state, and its deltas add up to them", () => {
    const change = fc.tuple(fc.array(range, { maxLength: 6 }), fc.array(range, { maxLength: 6 }));
    const bulk = fc.tuple(fc.array(range, { minLength: 70, maxLength: 80 }), fc.array(range, { maxLength: 6 }));
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 8, arbitrary: change }, { weight: 1, arbitrary: bulk })), (history) => {
        const union = new RangeUnion(1);
        const wanted = new Set<string>();
        const kernel = new Set<string>();
        for (const [add, remove] of history) {
          const delta = union.change(add, remove);
          for (const r of remove) wanted.delete(r);
          for (const r of add) wanted.add(r);
          for (const r of delta.removed) assert.ok(kernel.delete(r), "removes only what the kernel has");
          for (const r of delta.added) {
            assert.ok(![...kernel].some((k) => k[0]! <= r[1]! && r[0]! <= k[1]!), "never adds what overlaps");
            kernel.add(r);
          }
          assert.deepEqual([...kernel].sort(), disjoint([...wanted].sort(), 1));
          assert.deepEqual([...union.merged], [...kernel].sort());
        }
      }),
      { numRuns: 400 },
    );
  });
});
