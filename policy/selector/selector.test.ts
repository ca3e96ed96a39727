import assert from "node:assert/strict";
import type { Selector } from "./ast.ts";
import { canonicalText } from "./canonical.ts";
import { evaluate, inheriting, type Labels, matches } from "./evaluate.ts";
import { selectorId } from "./id.ts";
import { describeFault, parseSelector } from "./parse.ts";

function parse(text: string): Selector {
  const parsed = parseSelector(text);
  assert.ok("selector" in parsed, `${text}: ${"fault" in parsed ? describeFault(parsed.fault) : ""}`);
  return parsed.selector;
}

function faultOf(text: string): string {
  const parsed = parseSelector(text);
  assert.ok("fault" in parsed, `${text} should not parse`);
  return describeFault(parsed.fault);
}

describe("selector", () => {
  const selected: readonly (readonly [string, readonly Labels[], readonly Labels[]])[] = [
    ["a == 'b'", [{ a: "b" }, { a: "b", c: "d" }], [{}, { a: "c" }, { c: "b" }]],
    ["a != 'b'", [{}, { a: "c" }], [{ a: "b" }]],
    ["a in {'x', \"y\",}", [{ a: "x" }, { a: "y" }], [{}, { a: "z" }]],
    ["a in {}", [], [{}, { a: "z" }]],
    ["a not in {'x'}", [{}, { a: "z" }], [{ a: "x" }]],
    ["a notin {}", [{}, { a: "x" }], []],
    ["a contains 'bc'", [{ a: "abcd" }], [{}, { a: "b" }]],
    ["a starts with 'b'", [{ a: "bc" }], [{ a: "cb" }, {}]],
    ["a startswith 'b'", [{ a: "bc" }], [{ a: "cb" }]],
    ["a ends with 'b'", [{ a: "cb" }], [{ a: "bc" }, {}]],
    ["a endswith 'b'", [{ a: "b" }], [{ a: "bc" }]],
    ["has(a)", [{ a: "" }], [{}]],
    ["!has(a)", [{}], [{ a: "" }]],
    ["!!! has(a)", [{ b: "" }], [{ a: "" }]],
    ["!a == 'b'", [{}, { a: "c" }], [{ a: "b" }]],
    ["", [{}, { a: "b" }], []],
    [" \t all( )", [{}], []],
    ["global()", [{}], []],
    ["a == 'b' && c == 'd'", [{ a: "b", c: "d" }], [{ a: "b" }, { c: "d" }]],
    ["a == 'b' || c == 'd' && e == 'f'", [{ a: "b" }, { c: "d", e: "f" }], [{ c: "d" }, { e: "f" }]],
    ["(a == 'b' || c == 'd') && e == 'f'", [{ a: "b", e: "f" }], [{ a: "b" }]],
    ["!(!has(a) || has(b))", [{ a: "" }], [{}, { a: "", b: "" }]],
    ["has == 'x' && in in {'y'} && contains contains 'z'", [{ has: "x", in: "y", contains: "z" }], [{}]],
    ["all == 'x' && not not in {'n'}", [{ all: "x" }], [{ all: "x", not: "n" }]],
    ["constructor == 'x' || has(toString)", [{ constructor: "x" } as unknown as Labels], [{}]],
  ];
  for (const [text, yes, no] of selected) {
    it(`selects by ${text || "the empty text"}`, () => {
      const selector = parse(text);
      const again = parse(canonicalText(selector));
      for (const labels of yes) assert.ok(matches(selector, labels) && matches(again, labels), JSON.stringify(labels));
      for (const labels of no) assert.ok(!matches(selector, labels) && !matches(again, labels), JSON.stringify(labels));
    });
  }

  it("says where a text goes wrong and what would be right", () => {
    assert.match(faultOf("a = 'b'"), /^at character 3 found "= 'b'", expected an operator/);
    assert.match(faultOf("a == b"), /^at character 6 found "b", expected a value in quotes/);
    assert.match(faultOf("a in 'b'"), /^at character 6 found "'b'", expected \{/);
    assert.match(faultOf("(a == 'b'"), /^at character 10 found the end, expected &&, \|\| or \)/);
    assert.match(faultOf("a == 'b"), /^at character 6 found "'b", expected a closing '/);
    assert.match(faultOf("has(a"), /expected a label name and \) after has\(/);
    assert.match(faultOf("a == 'b'\n&& has(c)"), /^at character 9/);
  });

  it("refuses what Calico refuses", () => {
    const bad = "b == b|b contains b|'b1' == b|b|a b|!|a == 'x' &|a == 'x' && |a != &&|a in {'', &&|a in ''|(|)|()|%";
    for (const text of bad.split("|")) faultOf(text);
    for (const text of ["a == 'x' |", "a == 'x' || %", "has(a) has(b)", "{", "has()", "all(", "global(x)"])
      faultOf(text);
    faultOf(`${"a".repeat(513)} == 'x'`);
    faultOf(`${"(".repeat(257)}all()${")".repeat(257)}`);
    faultOf(" ".repeat(65_537));
  });

  const canonical: readonly (readonly [string, string])[] = [
    ["", "all()"],
    [" (all() )", "all()"],
    ["! (has( b)||! has(a ))", "!(has(b) || !has(a))"],
    ['! (a == "b"&&! c != "d")', '!(a == "b" && !c != "d")'],
    ["!(k == 'v')", '!k == "v"'],
    ["a=='\"'", "a == '\"'"],
    ['a starts  with"\'"', 'a starts with "\'"'],
    ["a endswith 'x'", 'a ends with "x"'],
    ["a in {'z', 'x', 'z', 'a',}", 'a in {"a", "x", "z"}'],
    ["a notin{}", "a not in {}"],
    ["(has(a) && (has(b) && has(c)))", "(has(a) && (has(b) && has(c)))"],
  ];
  for (const [text, expected] of canonical) {
    it(`writes ${text || "the empty text"} as ${expected}`, () => {
      assert.equal(canonicalText(parse(text)), expected);
      assert.equal(canonicalText(parse(expected)), expected);
    });
  }

  it("has the ids that Calico gives its sets", () => {
    assert.equal(selectorId(parse("")), "s:5y5I3VdRZfDU01O--xXAPx2yxCQQqMf0M6IWug");
    assert.equal(selectorId(parse("!(has(b)||!has(a))")), "s:Iss0uCleLYv1GSv_pNm7hAO58kE9jAx1NKyG3Q");
    assert.equal(selectorId(parse('! (a == "b"&&! c != "d")')), "s:lh3haoY1ikTRkd4UZu0nWSaIBknYLPJLX16d-w");
    // A set name that a running Felix wrote for has(k8s-pod-network), cut to 31 characters with its cali40 prefix.
    assert.ok(selectorId(parse("has(k8s-pod-network)")).startsWith("s:2fl5z2zNsblcH22dih8gxUR"));
  });

  it("takes an object's own label before its parents', and the first parent's before the second's", () => {
    const labelOf = inheriting({ a: "own" }, [
      { a: "p1", b: "p1" },
      { b: "p2", c: "p2" },
    ]);
    assert.ok(evaluate(parse("a == 'own' && b == 'p1' && c == 'p2' && !has(d)"), labelOf));
  });
});
