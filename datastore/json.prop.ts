import assert from "node:assert/strict";
import fc from "fast-check";
import { parseJson, writeJson } from "./json.ts";

const text = fc.string({ unit: "binary" });
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.boolean(),
    fc.constant(null),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (Object.is(x, -0) ? 0 : x)),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
    fc.array(tie("any"), { maxLength: 4 }),
    fc.dictionary(fc.oneof(text, fc.nat().map(String)), tie("any"), { maxKeys: 4 }).map((d) => ({ ...d })),
  ),
})).any;

describe("JSON, any value", () => {
  it("comes back as it was, and the second writing equals the first", () => {
    fc.assert(
      fc.property(value, (original) => {
        const written = writeJson(original);
        const read = parseJson(written);
        assert(read.ok);
        assert.equal(writeJson(read.value), written);
        // Doubles beyond 2^53 are written as whole numbers, which are read as bigint: the same number.
        const plain = (v: unknown) => JSON.stringify(v, (_k, x) => (typeof x === "bigint" ? Number(x) : x));
        assert.equal(plain(sorted(read.value)), plain(sorted(original)));
      }),
    );
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1));
  return entries.map(([key, inner]) => [key, sorted(inner)]);
}
