import assert from "node:assert/strict";
import fc from "fast-check";
import { blank } from "./blank.ts";

describe("blank", () => {
  const rows: readonly (readonly [string, string, string])[] = [
    ["a line comment", "a(); // b()\nc()", "a();       \nc()"],
    ["a block comment over lines", "a /* b\n c */ d", "a     \n      d"],
    ["a string with an escaped quote", 'x("a\\"b")', 'x("    ")'],
    ["a template with code inside", "`a $" + "{b(`c`)} d`", "`  $" + "{b(` `)}  `"],
    ["an object inside a template's code", "`$" + "{f({ a: 1 })} x`;y", "`$" + "{f({ a: 1 })}  `;y"],
    ["a regular expression with a quote and a class", 'if (/["/]x/.test(s)) "t"', 'if (/     /.test(s)) " "'],
    ["a division", "a / b / c", "a / b / c"],
    ["a regular expression after return", "return /'/g;", "return / /g;"],
    ["a quote inside a comment", "// don't\nx('y')", "        \nx(' ')"],
  ];
  for (const [name, text, expected] of rows) {
    it(name, () => assert.equal(blank(text), expected));
  }

  it("keeps the length and the line ends of anything", () => {
    const piece = fc.constantFrom("a", '"', "'", "`", "/", "*", "\\", "{", "}", "$", "\n", "(", "[", " ");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const text = pieces.join("");
        const ends = (s: string): number[] => [...s].flatMap((c, i) => (c === "\n" ? [i] : []));
        assert.equal(blank(text).length, text.length);
        assert.deepEqual(ends(blank(text)), ends(text));
      }),
    );
  });
});
