import assert from "node:assert/strict";
import { formatFinding } from "./finding.ts";
import { sourceRules, treeRules } from "./rules.ts";
import { source } from "./source.ts";
import { tree } from "./tree.ts";

/** What the named rule finds in a file: the lines. */
function lines(rule: string, text: string, path = "bgp/x.ts"): number[] {
  return sourceRules[rule]!(source(path, text)).map((finding) => finding.line);
}

/** What the named rule finds in a tree: the sentences. */
function sentences(rule: string, texts: Record<string, string>): string[] {
  return treeRules[rule]!(tree(new Map(Object.entries(texts)))).map(formatFinding);
}

const body = (n: number): string => "  f();\n".repeat(n);

describe("tidy finds", () => {
  it("a long file, and lets tests be twice as long", () => {
    assert.deepEqual(lines("files are short", "x;\n".repeat(400)), []);
    assert.deepEqual(lines("files are short", "x;\n".repeat(401)), [401]);
    assert.deepEqual(lines("files are short", "x;\n".repeat(800), "bgp/x.test.ts"), []);
    assert.deepEqual(lines("files are short", "x;\n".repeat(801), "bgp/x.test.ts"), [801]);
  });

  it("a median that has grown", () => {
    const grown = { "bgp/a.ts": "x;\n".repeat(100), "bgp/b.ts": "x;\n".repeat(100), "bgp/c.ts": "" };
    assert.equal(sentences("the median file is short", grown).length, 1);
    assert.deepEqual(sentences("the median file is short", { ...grown, "bgp/b.ts": "x;\n".repeat(99) }), []);
    assert.deepEqual(sentences("the median file is short", {}), []);
  });

  for (const [form, text] of Object.entries({
    "a function": `export function a(b: string): void {\n${body(59)}}\n`,
    "an async method with a return type that has braces": `class A {\n  async #b(): Promise<{ c: number }> {\n${body(59)}  }\n}\n`,
    "a method that answers an object": `class A {\n  b(c: D): { c: number } {\n${body(59)}  }\n}\n`,
    "an arrow": `const a = (b: string): void => {\n${body(59)}};\n`,
    "a callback": `list.forEach((x) => {\n${body(59)}});\n`,
    "a constructor": `class A {\n  constructor(b: string) {\n${body(59)}  }\n}\n`,
  })) {
    it(`${form} that is too long`, () => {
      assert.equal(lines("functions are short", text).length, 1);
      assert.deepEqual(lines("functions are short", text.replace("  f();\n", "")), []);
    });
  }

  it("no function in long blocks, classes, tables and chapters of tests", () => {
    const rule = "functions are short";
    assert.deepEqual(lines(rule, `class A {\n${"  b = 1;\n".repeat(90)}}\n`), []);
    assert.deepEqual(lines(rule, `export const t = {\n${"  b: 1,\n".repeat(90)}};\n`), []);
    assert.deepEqual(lines(rule, `if (a(b)) {\n${body(90)}}\n`), []);
    assert.deepEqual(lines(rule, `describe("x", () => {\n  it("y", () => {});\n${body(90)}});\n`, "bgp/x.test.ts"), []);
    assert.deepEqual(lines(rule, `it("y", () => {\n${body(90)}});\n`, "bgp/x.test.ts"), [1]);
  });

  for (const word of [
    "Date.now()",
    "new Date(0)",
    "Math.random()",
    "setTimeout(f, 1)",
    "console.log(1)",
    "process.env",
  ]) {
    it(`\`${word}\` outside io/`, () => {
      const rule = "clocks, chance, timers and the process stay in io/";
      assert.deepEqual(lines(rule, `const a = 1;\nconst b = ${word};\n`), [2]);
      assert.deepEqual(lines(rule, `const b = ${word};\n`, "bgp/io/x.ts"), []);
      assert.deepEqual(lines(rule, `const b = ${word};\n`, "bgp/x.test.ts"), []);
      assert.deepEqual(lines(rule, `const b = "${word}"; // ${word}\n`), []);
      assert.deepEqual(lines(rule, `const b = ${word};\n`, "e2e/scenario/x.ts"), [1]);
    });
  }

  it("the machine's language anywhere", () => {
    assert.deepEqual(
      lines("clocks, chance, timers and the process stay in io/", "a.localeCompare(b)", "bgp/io/x.ts"),
      [1],
    );
  });

  it("names that say nothing", () => {
    const symbols = "symbols are named for what they are";
    assert.deepEqual(lines(symbols, "class PeerManager {}\nconst utilisation = 1;\n"), [1]);
    assert.deepEqual(lines(symbols, "function parseUtil() {}\ninterface HelperOf {}"), [1, 2]);
    const paths = "paths are named for what they hold";
    assert.equal(sentences(paths, { "bgp/utils/x.ts": "", "bgp/common.ts": "", "bgp/index.ts": "" }).length, 3);
    assert.deepEqual(
      sentences(paths, { "bgp/permission.ts": "", "bgp/label-index.ts": "", "bgp/types-of-service.md": "" }),
      [],
    );
    const files = "files are named in kebab-case";
    assert.deepEqual(lines(files, "", "bgp/adjRibIn.ts"), [1]);
    assert.deepEqual(lines(files, "", "bgp/adj-rib-in.netns.test.ts"), []);
  });

  it("an export without a docstring", () => {
    const rule = "everything exported has a docstring";
    assert.deepEqual(lines(rule, "export const a = 1;\n"), [1]);
    assert.deepEqual(lines(rule, "/** Says a. */\nexport const a = 1;\nexport type B = 1;\n"), [3]);
    assert.deepEqual(lines(rule, "// Says a.\nexport interface A {}\n"), [2]);
    assert.deepEqual(lines(rule, "/** */\nexport class A {}\n"), [2]);
    assert.deepEqual(lines(rule, "/** Far away. */\n\nexport async function a() {}\n"), [3]);
    assert.deepEqual(lines(rule, "/** One. */\nexport function a(b: 1): 1;\nexport function a(b: 2): 2;\n"), []);
    assert.deepEqual(lines(rule, "/** One. */\n// biome-ignore lint/x: y\nexport const a = 1;\n"), []);
    assert.deepEqual(lines(rule, "const a = 1;\n"), []);
  });

  for (const [name, text] of Object.entries({
    "a default export": "export default 1;",
    "an enum": "export const enum A { B }",
    "a namespace": "namespace A {}",
    any: "const a = (b: any) => b;",
    "any in a list": "let a: Map<string, any>;",
    "a barrel": 'export * from "./x.ts";',
    "a barrel of names": 'export { a, b } from "./x.ts";',
    "an access modifier": "class A {\n  private readonly b = 1;\n}",
    "a silenced compiler": `// @${"ts"}-expect-error no\nf();`,
    "a skipped test": 'it.skip("x", () => {});',
  })) {
    it(name, () => {
      const rule = "no default export, enum, any, barrel, silenced compiler or skipped test";
      assert.equal(lines(rule, text).length, 1);
      assert.deepEqual(lines(rule, `const s = "many any enum private";\nconst many = any(s);\n`), []);
    });
  }

  it("an import that only a resolver understands", () => {
    const rule = "imports name the file as it is on disk";
    assert.deepEqual(
      lines(rule, 'import { a } from "./a";\nimport { b } from "./b.ts";\nimport c from "node:fs";'),
      [1],
    );
  });

  it("a page that names what is not there", () => {
    const rule = "every path that a page names exists";
    const there = { "bgp/rib/a.ts": "", "docs/adr/0001-x.md": "" };
    const good =
      "`rib/a.ts` `bgp/rib/a.ts` `bgp/rib/` `rib/` `npm run x` `bgp/protocol` `/run/x.sock` `**/*.ts` [x](rib/) [y](https://e.org/z.md)";
    assert.deepEqual(sentences(rule, { ...there, "bgp/README.md": good }), []);
    assert.deepEqual(sentences(rule, { ...there, "bgp/README.md": "x\n`rib/b.ts` and [z](lost.md)" }), [
      "bgp/README.md:2: `rib/b.ts` does not exist; name a path that exists, from this page or from the root",
      "bgp/README.md:2: `lost.md` does not exist; name a path that exists, from this page or from the root",
    ]);
  });

  it("a row of RFCs.md without its file", () => {
    const rule = "every row of RFCs.md names files that exist";
    const head = "| section | file | test |\n|---|---|---|\n";
    assert.deepEqual(sentences(rule, { "bgp/a.ts": "", "RFCs.md": `${head}| 4271 4.1 | \`bgp/a.ts\` | – |\n` }), []);
    assert.equal(sentences(rule, { "bgp/a.ts": "", "RFCs.md": `${head}| 4271 4.1 | \`bgp/b.ts\` | – |\n` }).length, 1);
    assert.equal(sentences(rule, { "RFCs.md": `${head}| 4271 4.1 | somewhere | – |\n` }).length, 1);
  });

  it("a path on one machine", () => {
    const rule = "nothing names a path on somebody's machine";
    assert.equal(sentences(rule, { "bgp/a.ts": 'const a = "/home/ann/manx";' }).length, 1);
    assert.deepEqual(sentences(rule, { "bgp/a.ts": 'const a = "/run/manx";' }), []);
  });

  it("nothing in generated files and data of tests", () => {
    const texts = { "datastore/io/etcd/gen/rpc.ts": "export enum A {}", "bgp/testdata/x.md": "`lost/x.ts`" };
    assert.deepEqual(tree(new Map(Object.entries(texts))).sources, []);
    assert.deepEqual(sentences("every path that a page names exists", texts), []);
  });
});
