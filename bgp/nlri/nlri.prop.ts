import assert from "node:assert/strict";
import fc from "fast-check";
import { Writer } from "../../lib/writer.ts";
import { addressBits, type Family } from "../../net/family.ts";
import { masked, type Prefix, prefixOf } from "../../net/prefix.ts";
import { countPrefixes } from "./count.ts";
import { NlriCursor } from "./cursor.ts";
import { nlriOctets, writePrefix } from "./encode.ts";

const word = fc.nat(0xffffffff);

function prefixes(family: Family): fc.Arbitrary<Prefix> {
  const zero = fc.constant(0);
  const rest = family === "ipv4" ? zero : word;
  return fc
    .tuple(word, rest, rest, rest, fc.integer({ min: 0, max: addressBits[family] }))
    .map(([a, b, c, d, length]) => masked(prefixOf({ family, a, b, c, d }, length)));
}

const ranges = fc.tuple(fc.constantFrom("ipv4" as const, "ipv6" as const), fc.boolean()).chain(([family, addPath]) =>
  fc.record({
    family: fc.constant(family),
    addPath: fc.constant(addPath),
    entries: fc.array(fc.tuple(prefixes(family), word), { maxLength: 30 }),
  }),
);

describe("NLRI", () => {
  it("comes back as it went, with and without path identifiers, wherever it lies", () => {
    fc.assert(
      fc.property(ranges, fc.nat(20), ({ family, addPath, entries }, offset) => {
        const writer = new Writer();
        for (let i = 0; i < offset; i++) writer.u8(0xff);
        for (const [prefix, id] of entries) writePrefix(writer, prefix, addPath ? id : undefined);
        const end = writer.length;
        writer.u32(0xffffffff);
        const buf = writer.view();
        assert.equal(countPrefixes(buf, offset, end, family, addPath), entries.length);
        const cursor = new NlriCursor().start(buf, offset, end, family, addPath);
        const found: [Prefix, number][] = [];
        while (cursor.next()) {
          const { a, b, c, d, length, pathId } = cursor;
          found.push([{ family, a, b, c, d, length }, pathId]);
        }
        assert.deepEqual(
          found,
          entries.map(([prefix, id]) => [prefix, addPath ? id : 0]),
        );
      }),
    );
  });

  it("clears host bits that a peer left set (RFC 4271 4.3: they are irrelevant)", () => {
    const cursor = new NlriCursor().start(Uint8Array.of(9, 10, 255, 31, 10, 1, 2, 255), 0, 8, "ipv4", false);
    assert.ok(cursor.next());
    assert.deepEqual([cursor.a, cursor.length], [0x0a800000, 9]);
    assert.ok(cursor.next());
    assert.deepEqual([cursor.a, cursor.length], [0x0a0102fe, 31]);
    assert.equal(cursor.next(), false);
  });

  it("is malformed when a length is too long or a prefix runs over (RFC 7606 5.3)", () => {
    const bad: readonly [number[], Family, boolean][] = [
      [[33, 1, 1, 1, 1, 1], "ipv4", false],
      [[129, ...new Array<number>(17).fill(1)], "ipv6", false],
      [[24, 10, 0], "ipv4", false],
      [[24], "ipv4", false],
      [[0, 0, 0, 1], "ipv4", true],
      [[0, 0, 0], "ipv6", true],
      [[0, 0, 0, 1, 24, 10], "ipv4", true],
    ];
    for (const [octets, family, addPath] of bad) {
      assert.equal(countPrefixes(Uint8Array.from(octets), 0, octets.length, family, addPath), -1, `${octets}`);
    }
    assert.equal(countPrefixes(Uint8Array.of(0, 0), 0, 2, "ipv4", false), 2);
  });

  it("takes one octet and as many as the length needs", () => {
    assert.deepEqual([0, 1, 8, 9, 24, 25, 32, 128].map(nlriOctets), [1, 2, 2, 3, 4, 5, 5, 17]);
  });
});
