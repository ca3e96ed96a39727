import assert from "node:assert/strict";
import fc from "fast-check";
import { evaluate, inheriting, type Labels } from "../selector/evaluate.ts";
import { parseSelector } from "../selector/parse.ts";
import { LabelIndex } from "./label-index.ts";

const value = fc.constantFrom("x", "xy", "z");
const labels = fc.dictionary(fc.constantFrom("a", "b", "c"), value, { maxKeys: 3 });
const parent = fc.constantFrom("p", "q");
const compare = fc.constantFrom("==", "!=", "contains", "starts with", "ends with");
const atom = fc.oneof(
  fc.tuple(fc.constantFrom("a", "b", "c", "d"), compare, value).map(([l, op, v]) => `${l} ${op} '${v}'`),
  fc
    .tuple(fc.constantFrom("a", "b"), fc.constantFrom("in", "not in"), value, value)
    .map(([l, op, v, w]) => `${l} ${op} {'${v}','${w}'}`),
  fc.constantFrom("a", "b", "c").map((l) => `has(${l})`),
  fc.constant("all()"),
);
const selector = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    atom,
    tie("any").map((s) => `!(${s})`),
    fc.tuple(tie("any"), fc.constantFrom("&&", "||"), tie("any")).map(([l, op, r]) => `(${l}) ${op} (${r})`),
  ),
})).any;

type Step =
  | { readonly do: "set"; readonly id: number; readonly labels: Labels; readonly parents: readonly string[] }
  | { readonly do: "delete"; readonly id: number }
  | { readonly do: "parent"; readonly name: string; readonly labels: Labels | undefined }
  | { readonly do: "watch"; readonly subject: string; readonly selector: string }
  | { readonly do: "unwatch"; readonly subject: string };

const id = fc.nat({ max: 5 });
const subject = fc.constantFrom("s", "t", "u");
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant("set" as const), id, labels, parents: fc.uniqueArray(parent, { maxLength: 2 }) }),
  fc.record({ do: fc.constant("delete" as const), id }),
  fc.record({ do: fc.constant("parent" as const), name: parent, labels: fc.option(labels, { nil: undefined }) }),
  fc.record({ do: fc.constant("watch" as const), subject, selector }),
  fc.record({ do: fc.constant("unwatch" as const), subject }),
);

/** The index and the same thing done in the simplest way, side by side. */
class Pair {
  readonly index: LabelIndex<string>;
  readonly items = new Map<number, { labels: Labels; parents: readonly string[] }>();
  readonly parents = new Map<string, Labels>();
  readonly watched = new Map<string, string>();

  constructor(few: number) {
    this.index = new LabelIndex(few);
  }

  run(step: Step): void {
    if (step.do === "set") {
      this.items.set(step.id, step);
      this.index.set(step.id, step.labels, step.parents);
    } else if (step.do === "delete") {
      this.items.delete(step.id);
      this.index.delete(step.id);
    } else if (step.do === "parent") this.#parent(step.name, step.labels);
    else {
      this.index.unwatch(step.subject);
      this.watched.delete(step.subject);
      if (step.do === "unwatch") return;
      this.watched.set(step.subject, step.selector);
      const parsed = parseSelector(step.selector);
      assert.ok("selector" in parsed);
      this.index.watch(step.subject, parsed.selector);
    }
  }

  /** Also: what is told before and after differs in exactly what the parent changed. */
  #parent(name: string, labels: Labels | undefined): void {
    const selected = new Set(this.#all());
    const told = new Set(selected);
    const gone = (s: string, item: number) => assert.ok(told.delete(`${s} ${item}`), `${s} ${item} was not selected`);
    const come = (s: string, item: number) => told.add(`${s} ${item}`);
    if (labels) this.parents.set(name, labels);
    else this.parents.delete(name);
    this.index.setParent(name, labels, gone, come);
    assert.deepEqual([...told].sort(), this.#all());
  }

  #all(): string[] {
    return [...this.watched.keys()].flatMap((s) => this.expected(s).map((item) => `${s} ${item}`)).sort();
  }

  expected(subject: string): number[] {
    const parsed = parseSelector(this.watched.get(subject)!);
    assert.ok("selector" in parsed);
    const found: number[] = [];
    for (const [id, item] of this.items) {
      const parents = item.parents.map((name): Labels => this.parents.get(name) ?? {});
      if (evaluate(parsed.selector, inheriting(item.labels, parents))) found.push(id);
    }
    return found.sort();
  }
}

describe("label index", () => {
  for (const few of [0, 1000]) {
    it(`answers as asking every item would, ${few ? "few items" : "with postings"}`, () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
          const pair = new Pair(few);
          for (const each of steps) {
            pair.run(each);
            for (const s of pair.watched.keys())
              assert.deepEqual([...pair.index.selected(s)].sort(), pair.expected(s), s);
            for (const item of pair.items.keys()) {
              const selecting = [...pair.watched.keys()].filter((s) => pair.expected(s).includes(item));
              assert.deepEqual(pair.index.selecting(item).sort(), selecting.sort(), `item ${item}`);
            }
          }
        }),
        { numRuns: 200 },
      );
    });
  }
});
