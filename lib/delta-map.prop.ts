import assert from "node:assert/strict";
import fc from "fast-check";
import { DeltaMap } from "./delta-map.ts";

const key = fc.constantFrom("a", "b", "c", "d");
const step = fc.oneof(
  fc.record({ do: fc.constant("want" as const), key, value: fc.nat(2) }),
  fc.record({ do: fc.constant("unwant" as const), key }),
  fc.record({ do: fc.constant("saw" as const), key, value: fc.option(fc.nat(2), { nil: undefined }) }),
  fc.record({
    do: fc.constant("dump" as const),
    entries: fc.uniqueArray(fc.tuple(key, fc.nat(2)), { selector: ([k]) => k }),
  }),
);

describe("DeltaMap", () => {
  it("after any history, applying what is pending makes actual equal wanted, and then nothing is pending", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (history) => {
        const map = new DeltaMap<string, number>((x, y) => x === y);
        const wanted = new Map<string, number>();
        const actual = new Map<string, number>();
        for (const s of history) {
          if (s.do === "want") {
            map.want(s.key, s.value);
            wanted.set(s.key, s.value);
          } else if (s.do === "unwant") {
            map.unwant(s.key);
            wanted.delete(s.key);
          } else if (s.do === "saw") {
            map.saw(s.key, s.value);
            if (s.value === undefined) actual.delete(s.key);
            else actual.set(s.key, s.value);
          } else {
            map.sawAll(s.entries);
            actual.clear();
            for (const [k, v] of s.entries) actual.set(k, v);
          }
        }
        assert.deepEqual(new Map(map.actualEntries()), actual);
        assert.deepEqual(new Map(map.wantedEntries()), wanted);
        const work = [...map.pending()];
        assert.equal(work.length, map.pendingCount);
        for (const change of work) {
          assert.ok(
            change.kind === "set" ? actual.get(change.key) !== change.value : actual.has(change.key),
            "idle work",
          );
          if (change.kind === "set") actual.set(change.key, change.value);
          else actual.delete(change.key);
          map.saw(change.key, change.kind === "set" ? change.value : undefined);
        }
        assert.deepEqual(actual, wanted);
        assert.equal(map.pendingCount, 0);
      }),
    );
  });

  it("keeps one pending change a key and tells single values", () => {
    const map = new DeltaMap<string, number>((x, y) => x === y);
    for (let i = 0; i < 1000; i++) map.want("k", i);
    assert.equal(map.pendingCount, 1);
    map.saw("k", 5);
    assert.equal(map.wanted("k"), 999);
    assert.equal(map.actual("k"), 5);
  });
});
