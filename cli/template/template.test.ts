import assert from "node:assert/strict";
import fc from "fast-check";
import { CliError } from "../error.ts";
import { sprintf } from "./printf.ts";
import { renderTemplate } from "./render.ts";

const value = {
  a: "x",
  b: { c: [1, 2, 3], d: {} },
  n: 7,
  t: true,
  e: [],
  list: [
    { name: "one", v: 1 },
    { name: "two", v: 2 },
  ],
  m: { z: "last", k: "first" },
};
const render = (text: string): string => renderTemplate(text, value, { defaultAsn: "64512" });

describe("a Go template", () => {
  // What Go 1.22 prints of the same.
  const rows: readonly (readonly [string, string])[] = [
    ["plain", "plain"],
    ["{{.a}}", "x"],
    [
      "{{ . }}",
      "map[a:x b:map[c:[1 2 3] d:map[]] e:[] list:[map[name:one v:1] map[name:two v:2]] m:map[k:first z:last] n:7 t:true]",
    ],
    ["{{.b.c}}", "[1 2 3]"],
    ["{{.nothing}}|{{.nothing.at.all}}", "<no value>|<no value>"],
    ['a  {{- " b " -}}  c', "a b c"],
    ["{{/* said to nobody */}}x{{- /* nor this */ -}} y", "xy"],
    ["{{if .e}}full{{else}}empty{{end}}", "empty"],
    ["{{if .e}}1{{else if .t}}2{{else}}3{{end}}", "2"],
    ["{{if and .t (gt .n 5)}}yes{{end}}", "yes"],
    ["{{if or .e .nothing}}yes{{else}}no{{end}}", "no"],
    ["{{if not .e}}{{if ne .a `y`}}both{{end}}{{end}}", "both"],
    ["{{range .list}}{{.name}}={{.v}} {{end}}", "one=1 two=2 "],
    ["{{range $i, $e := .list}}{{$i}}{{$e.name}}{{$.n}} {{end}}", "0one7 1two7 "],
    ["{{range $e := .b.c}}<{{$e}}>{{end}}", "<1><2><3>"],
    ["{{range $k, $v := .m}}{{$k}}:{{$v}};{{end}}", "k:first;z:last;"],
    ["{{range .e}}x{{else}}none{{end}}", "none"],
    ["{{range .nothing}}x{{else}}none{{end}}", "none"],
    ["{{with .b}}{{.c}}{{end}}{{with .e}}x{{else}}no{{end}}", "[1 2 3]no"],
    ["{{$x := 1}}{{range .b.c}}{{$x = .}}{{end}}{{$x}}", "3"],
    ["{{$x := 1}}{{if .t}}{{$x := 2}}{{$x}}{{end}}{{$x}}", "21"],
    ["{{len .b.c}}{{len .a}}{{len .m}}", "312"],
    ["{{index .list 1 `name`}}{{(index .list 0).name}}{{index .m `k`}}", "twoonefirst"],
    ['{{join .b.c "-"}}', "1-2-3"],
    ['{{.b.c | joinAndTruncate}}{{joinAndTruncate .b.c ", " 6}}', "1,2,31, ..."],
    ["{{print 1 2 `a` 3}}|{{println .a .n}}", "1 2a3|x 7\n"],
    ['{{printf "%s-%05d-%q" .a .n .a}}', 'x-00007-"x"'],
    ['{{.a | printf "%-3s|"}}', "x  |"],
    ['{{config "asNumber"}}', "64512"],
    ["{{le 1 1}} {{lt 2 1}} {{ge 1 2}} {{eq .a `y` `x`}}", "true false false true"],
    ['{{"a\\tb"}}{{`raw\\t}}`}}', "a\tbraw\\t}}"],
    ["{{true}} {{false}} {{nil}}", "true false <no value>"],
  ];
  for (const [text, expected] of rows) it(text, () => assert.equal(render(text), expected));

  it("finds fields by the names that Calico's code has for them", () => {
    const pool = { kind: "IPPool", metadata: { name: "p" }, spec: { cidr: "10.0.0.0/8", natOutgoing: true } };
    const text = "{{.TypeMeta.Kind}} {{.ObjectMeta.Name}} {{.Spec.CIDR}} {{.Spec.NATOutgoing}} {{.constructor}}";
    assert.equal(renderTemplate(text, pool, { defaultAsn: "" }), "IPPool p 10.0.0.0/8 true <no value>");
  });

  const faults: readonly (readonly [string, RegExp])[] = [
    ["a\n{{.b", /line 2: '\{\{' without '\}\}'/],
    ["{{if .t}}x", /line 1: \{\{if\}\} without \{\{end\}\}/],
    ["x{{end}}", /\{\{end\}\} belongs to nothing/],
    ["{{if .t}}{{else}}{{else}}{{end}}", /without \{\{end\}\}/],
    ["{{#}}", /cannot read '#'/],
    ["{{(.a}}", /'\(' without '\)'/],
    ["{{.a)}}", /'\)' stands where it may not/],
    ["{{.a | }}", /a value is missing/],
    ["{{}}", /a value is missing/],
    ["{{lenn .a}}", /there is no function lenn; len would be right/],
    ["{{true .a}}", /only a function can be given arguments/],
    ["{{lenn}}", /there is no function lenn; len would be right/],
    ["{{.a .b}}", /only a function/],
    ["{{$y}}", /the variable \$y is not declared/],
    ["{{range .n}}{{end}}", /range cannot go over 7/],
    ['{{define "x"}}{{end}}', /\{\{define\}\} is not known here/],
    ['{{config "x"}}', /config "x" is not known/],
    ["{{1 := 2}}", /only a \$variable can be given a value/],
    [`${"{{if .t}}".repeat(70)}`, /nested deeper than 64/],
    [`{{${"(".repeat(70)}`, /without/],
    [`{{${"(".repeat(70)}1${")".repeat(70)}}}`, /nested deeper than 64/],
  ];
  for (const [text, expected] of faults) {
    it(`${text.slice(0, 40)} is refused`, () => assert.throws(() => render(text), expected));
  }

  it("of any text is printed or refused, and never anything else", () => {
    const part = fc.constantFrom(
      "{{",
      "}}",
      "if",
      "range",
      "else",
      "end",
      ".a",
      " ",
      ".",
      "$x",
      ":=",
      "|",
      "(",
      ")",
      '"',
      "-",
      "join",
      "1",
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        try {
          assert.equal(typeof render(parts.join("")), "string");
        } catch (error) {
          assert.ok(error instanceof CliError, String(error));
        }
      }),
    );
  });
});

describe("printf", () => {
  const rows: readonly (readonly [string, readonly unknown[], string])[] = [
    ["%v %v", [1, "a"], "1 a"],
    ["%5d|%-5d|%05d", [42, 42, 42], "   42|42   |00042"],
    ["%.2f %x %t %%", [1.5, 255, true], "1.50 ff true %"],
    ["%d", ["a"], "%!d(a)"],
    ["%s %s", ["a"], "a %!s(MISSING)"],
    ["a", [1], "a%!(EXTRA 1)"],
    ["%.2s", ["abc"], "ab"],
  ];
  for (const [format, values, expected] of rows) it(format, () => assert.equal(sprintf(format, values), expected));
});
