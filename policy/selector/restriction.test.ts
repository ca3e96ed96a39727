import assert from "node:assert/strict";
import { parseSelector } from "./parse.ts";
import { restrictions } from "./restriction.ts";

function of(text: string) {
  const parsed = parseSelector(text);
  assert.ok("selector" in parsed);
  return restrictions(parsed.selector);
}

describe("what a selector forces", () => {
  const cases: readonly (readonly [string, ReturnType<typeof of>])[] = [
    ["all()", []],
    ["a == 'x'", [{ label: "a", values: ["x"] }]],
    ["a in {'x', 'y'}", [{ label: "a", values: ["x", "y"] }]],
    ["a in {}", [{ label: "a", values: [] }]],
    ["has(a)", [{ label: "a" }]],
    ["a contains 'x'", [{ label: "a" }]],
    ["a != 'x' && !has(b) && a not in {'z'}", []],
    ["a == 'x' && has(b)", [{ label: "a", values: ["x"] }, { label: "b" }]],
    ["a == 'x' || a == 'y'", [{ label: "a", values: ["x", "y"] }]],
    ["a == 'x' || has(a)", [{ label: "a" }]],
    ["a == 'x' || b == 'y'", []],
    ["(a == 'x' && b == 'y') || (b == 'z' && c == 'w')", [{ label: "b", values: ["y", "z"] }]],
    ["!(a == 'x')", []],
  ];
  for (const [text, expected] of cases) it(text, () => assert.deepEqual(of(text), expected));
});
