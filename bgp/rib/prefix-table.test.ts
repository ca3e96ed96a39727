import assert from "node:assert/strict";
import fc from "fast-check";
import type { Family } from "../../net/family.ts";
import { formatPrefix, masked, type Prefix } from "../../net/prefix.ts";
import { type PrefixTable, prefixTable } from "./prefix-table.ts";

const u32 = fc.integer({ min: 0, max: 3 }).map((n) => (n * 0x40000001) >>> 0);
const prefixOf = (family: Family): fc.Arbitrary<Prefix> =>
  family === "ipv4"
    ? fc
        .record({ a: u32, length: fc.integer({ min: 0, max: 32 }) })
        .map(({ a, length }) => masked({ family, a, b: 0, c: 0, d: 0, length }))
    : fc
        .record({ a: u32, b: u32, c: u32, d: u32, length: fc.integer({ min: 0, max: 128 }) })
        .map((words) => masked({ family, ...words }));

const find = (table: PrefixTable, { a, b, c, d, length }: Prefix): number => table.find(a, b, c, d, length);

for (const family of ["ipv4", "ipv6"] as const) {
  describe(`prefix table, ${family}`, () => {
    it("is a map from prefixes to ids that lives as long as somebody holds them", () => {
      const step = fc.record({ prefix: prefixOf(family), isHeld: fc.boolean() });
      fc.assert(
        fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
          const table = prefixTable(family);
          const model = new Map<string, number>();
          for (const { prefix, isHeld } of steps) {
            const key = formatPrefix(prefix);
            const known = model.get(key);
            assert.equal(find(table, prefix), known ?? 0, key);
            if (isHeld && known === undefined) {
              const id = table.intern(prefix.a, prefix.b, prefix.c, prefix.d, prefix.length);
              assert.ok(![...model.values()].includes(id), `${key} has an id of its own`);
              table.hold(id);
              model.set(key, id);
            } else if (!isHeld && known !== undefined) {
              table.drop(known);
              model.delete(key);
            }
          }
          assert.equal(table.size, model.size);
          for (const [key, id] of model) assert.equal(formatPrefix(table.prefix(id)), key);
        }),
        { numRuns: 200 },
      );
    });

    it("writes a prefix as NLRI: its length, then only the octets that the length needs", () => {
      const table = prefixTable(family);
      const out = new Uint8Array(20);
      const id = table.intern(0x0a010203 & 0xfffffe00, 0, 0, 0, 23);
      assert.equal(table.writeNlri(id, out, 1), 5);
      assert.deepEqual([...out.subarray(0, 6)], [0, 23, 10, 1, 2, 0]);
      const all = table.intern(0, 0, 0, 0, 0);
      assert.equal(table.writeNlri(all, out, 0), 1);
    });

    it("keeps its chains whole over many comings and goings", () => {
      const table = prefixTable(family);
      for (let round = 0; round < 5; round++) {
        const ids = Array.from({ length: 3000 }, (_, i) => table.intern((i << 8) >>> 0, 0, 0, 0, 24));
        for (const id of ids) table.hold(id);
        for (let i = 0; i < 3000; i += 2) table.drop(ids[i]!);
        for (let i = 1; i < 3000; i += 2) assert.equal(table.find((i << 8) >>> 0, 0, 0, 0, 24), ids[i]);
        for (let i = 0; i < 3000; i += 2) assert.equal(table.find((i << 8) >>> 0, 0, 0, 0, 24), 0);
        for (let i = 1; i < 3000; i += 2) table.drop(ids[i]!);
        assert.equal(table.size, 0);
      }
      assert.ok(table.limit < 3100, "ids are given out again");
    });
  });
}
