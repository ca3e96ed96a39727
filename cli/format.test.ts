import assert from "node:assert/strict";
import { distance, nearest } from "../lib/nearest.ts";
import { boxTable } from "./box-table.ts";
import { fiveDigits, share, whole } from "./go-format.ts";
import { mergePatch } from "./merge-patch.ts";
import { tabTable } from "./tab-table.ts";

describe("numbers as Go prints them", () => {
  it("%.5g", () => {
    const rows = [
      [0, "0"],
      [64, "64"],
      [65536, "65536"],
      [100000, "1e+05"],
      [131072, "1.3107e+05"],
      [2 ** 64, "1.8447e+19"],
    ] as const;
    for (const [value, text] of rows) assert.equal(fiveDigits(value), text);
  });

  it("%.f, halves to even", () => {
    assert.deepEqual([0.5, 1.5, 2.5, 2.51, 99.5].map(whole), ["0", "2", "2", "3", "100"]);
    assert.equal(share(1, 64), "1 (2%)");
  });
});

describe("tables", () => {
  it("with tabs are as wide as their widest cell and three more, five at least", () => {
    assert.equal(
      tabTable([
        ["A", "LONG"],
        ["x", "y"],
      ]),
      "A    LONG   \nx    y      \n",
    );
  });

  it("in boxes have capitals in the middle and numbers on the right", () => {
    const expected = "+------+----+\n| NAME | N  |\n+------+----+\n| a    | 12 |\n| b    |  3 |\n+------+----+\n";
    assert.equal(
      boxTable(
        ["name", "n"],
        [
          ["a", "12"],
          ["b", "3"],
        ],
      ),
      expected,
    );
  });
});

describe("the nearest word", () => {
  it("counts swapped letters once", () => {
    assert.equal(distance("policy", "polciy"), 1);
    assert.equal(distance("", "abc"), 3);
  });

  it("is none when nothing is near", () => {
    assert.equal(nearest("IPpol", ["Node", "IPPool"]), "IPPool");
    assert.equal(nearest("frobnicator", ["Node", "IPPool"]), undefined);
  });
});

describe("a merge patch", () => {
  // RFC 7396, appendix A.
  const rows: readonly (readonly [unknown, unknown, unknown])[] = [
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [
      ["a", "b"],
      ["c", "d"],
      ["c", "d"],
    ],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: "b", c: null }, { a: "b" }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ];
  for (const [target, patch, result] of rows) {
    it(`${JSON.stringify(target)} with ${JSON.stringify(patch)}`, () =>
      assert.deepEqual(mergePatch(target, patch), result));
  }

  it("makes no prototype of a key", () => {
    const patched = mergePatch({}, JSON.parse('{"__proto__":{"x":1}}')) as { x?: number };
    assert.equal(patched.x, undefined);
  });
});
