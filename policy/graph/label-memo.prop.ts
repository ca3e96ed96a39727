import assert from "node:assert/strict";
import fc from "fast-check";
import { evaluate, inheriting, type Labels } from "../selector/evaluate.ts";
import { parseSelector } from "../selector/parse.ts";
import { LabelIndex } from "./label-index.ts";

const label = fc.constantFrom("a", "b", "c", "d");
const value = fc.constantFrom("x", "xy", "z", "");
const equality = (l: fc.Arbitrary<string>) =>
  fc.oneof(
    fc.tuple(l, fc.constantFrom("==", "!="), value).map(([l, op, v]) => `${l} ${op} '${v}'`),
    fc.tuple(l, fc.constantFrom("in", "not in"), value, value).map(([l, op, v, w]) => `${l} ${op} {'${v}','${w}'}`),
  );
const substring = fc.constantFrom("contains", "starts with", "ends with");
/** What is looked at differs by label: of `a` equality alone, of `b` also presence, of `c` the text as well. */
const term = fc.oneof(
  equality(fc.constantFrom("a", "b", "c", "d")),
  fc.constant("has(b)"),
  fc.tuple(substring, value).map(([op, v]) => `c ${op} '${v}'`),
);
/** Terms that nothing meets, so many that answers are remembered. */
const padding = Array.from({ length: 32 }, (_, i) => `never == '${i}'`).join(" || ");
/** A few terms that decide, and many that do not. */
const long = fc
  .array(fc.tuple(fc.array(term, { minLength: 1, maxLength: 2 }), fc.boolean()), { minLength: 1, maxLength: 3 })
  .map((groups) => groups.map(([terms, not]) => `${not ? "!" : ""}(${terms.join(" || ")})`).join(" && "))
  .map((text) => `(${text}) || ${padding}`);
/** Also values that no selector mentions. */
const labels = fc.dictionary(label, fc.oneof(value, fc.constantFrom("other", "another")), { maxKeys: 4 });
const item = fc.record({
  id: fc.nat({ max: 4 }),
  labels,
  parents: fc.uniqueArray(fc.constantFrom("p", "q"), { maxLength: 2 }),
});

describe("long selectors", () => {
  it("select what they would if nothing were remembered, also when labels change and numbers are used again", () => {
    fc.assert(
      fc.property(
        long,
        fc.array(item, { minLength: 1, maxLength: 12 }),
        fc.array(labels, { maxLength: 3 }),
        (text, items, ofParents) => {
          const parsed = parseSelector(text);
          assert.ok("selector" in parsed);
          const index = new LabelIndex<string>();
          index.watch("s", parsed.selector);
          const known = new Map<number, (typeof items)[number]>();
          const check = (p: Labels) => {
            for (const [id, { labels, parents }] of known) {
              const wanted = evaluate(
                parsed.selector,
                inheriting(
                  labels,
                  parents.map((name) => (name === "p" ? p : {})),
                ),
              );
              assert.equal(index.selecting(id).length === 1, wanted, `${text} of ${JSON.stringify(labels)}`);
            }
          };
          for (const each of items) {
            known.set(each.id, each);
            index.set(each.id, each.labels, each.parents);
            check({});
          }
          for (const p of ofParents) {
            index.setParent(
              "p",
              p,
              () => {},
              () => {},
            );
            check(p);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it("see an own label before a parent's, also one with a value that they do not mention", () => {
    const parsed = parseSelector(`a == 'x' || ${padding}`);
    assert.ok("selector" in parsed);
    const index = new LabelIndex<string>();
    index.watch("s", parsed.selector);
    index.setParent(
      "p",
      { a: "x" },
      () => {},
      () => {},
    );
    index.set(0, {}, ["p"]);
    index.set(1, { a: "other" }, ["p"]);
    assert.deepEqual(
      [0, 1, 0].map((id) => index.selecting(id).length),
      [1, 0, 1],
    );
  });
});
