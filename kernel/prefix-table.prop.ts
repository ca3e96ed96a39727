import assert from "node:assert/strict";
import fc from "fast-check";
import { ipv4, ipv6 } from "../net/address.ts";
import { masked, type Prefix, prefixKey, prefixOf } from "../net/prefix.ts";
import { PrefixTable } from "./prefix-table.ts";

// Few values, so that prefixes meet again; many lengths, so that masks matter.
const word = fc.constantFrom(0, 1, 2, 0x0a000000, 0x0a000001, 0xffffffff, 0x80000000);
const prefix4 = fc.record({ a: word, length: fc.nat(32) }).map(({ a, length }) => prefixOf(ipv4(a), length));
const prefix6 = fc
  .record({ a: word, b: word, c: word, d: word, length: fc.nat(128) })
  .map(({ a, b, c, d, length }) => prefixOf(ipv6(a, b, c, d), length));

function behavesAsMap(family: "ipv4" | "ipv6", prefix: fc.Arbitrary<Prefix>): void {
  const step = fc.record({ add: fc.boolean(), prefix });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const table = new PrefixTable(family);
      const model = new Map<string, number>();
      for (const each of steps) {
        const key = prefixKey(each.prefix);
        if (each.add) {
          const index = table.add(each.prefix);
          assert.equal(index, model.get(key) ?? index);
          model.set(key, index);
        } else if (model.has(key)) {
          table.remove(model.get(key)!);
          model.delete(key);
        }
        assert.equal(table.find(each.prefix), model.get(key) ?? -1);
      }
      assert.equal(table.size, model.size);
      for (const [key, index] of model) {
        assert.ok(table.has(index));
        assert.equal(prefixKey(table.prefix(index)), key);
        assert.equal(table.find(table.prefix(index)), index);
      }
      const held = Array.from({ length: table.end }, (_, i) => i).filter((i) => table.has(i));
      assert.deepEqual(
        held,
        [...model.values()].sort((x, y) => x - y),
      );
    }),
    { numRuns: 100 },
  );
}

describe("PrefixTable", () => {
  it("is a map from IPv4 prefixes to numbers", () => behavesAsMap("ipv4", prefix4));
  it("is a map from IPv6 prefixes to numbers", () => behavesAsMap("ipv6", prefix6));

  it("ignores host bits", () => {
    const table = new PrefixTable("ipv4");
    const index = table.add(prefixOf(ipv4(0x0a0000ff), 24));
    assert.equal(table.find(prefixOf(ipv4(0x0a000001), 24)), index);
    assert.deepEqual(table.prefix(index), masked(prefixOf(ipv4(0x0a0000ff), 24)));
  });

  it("keeps a hundred thousand, and gives their numbers away when they are gone", () => {
    const table = new PrefixTable("ipv4");
    const nth = (i: number): Prefix => prefixOf(ipv4(Math.imul(i, 0x9e3779b1)), 32);
    for (let i = 0; i < 100_000; i++) assert.equal(table.add(nth(i)), i);
    for (let i = 0; i < 100_000; i += 2) table.remove(i);
    for (let i = 0; i < 100_000; i++) assert.equal(table.find(nth(i)), i % 2 === 0 ? -1 : i);
    for (let i = 100_000; i < 150_000; i++) assert.ok(table.add(nth(i)) < 100_000);
    assert.equal(table.end, 100_000);
  });
});
