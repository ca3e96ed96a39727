import assert from "node:assert/strict";
import * as z from "zod";
import { backoff } from "./backoff.ts";
import { fieldPath, problemText, valueAt } from "./problem.ts";
import { schemaProblems } from "./schema-problem.ts";
import { parseTolerantly, withoutNulls } from "./tolerant.ts";
import { randomGuid, randomUid } from "./uid.ts";

const schema = z.strictObject({
  kind: z.string(),
  spec: z.strictObject({
    n: z.int().max(9).exactOptional(),
    list: z
      .array(z.strictObject({ a: z.literal("x").nullable() }))
      .max(2)
      .exactOptional(),
    either: z
      .union([z.int(), z.string().refine((text) => text === "ok", "'ok' or a number is wanted")])
      .exactOptional(),
    map: z.record(z.string().regex(/^[a-z]+$/, "small letters are wanted"), z.string()).exactOptional(),
  }),
});

describe("parseTolerantly", () => {
  it("gives back what is well formed", () => {
    const value = { kind: "K", spec: { n: 1 } };
    assert.deepEqual(parseTolerantly(schema, value).data, value);
  });

  it("leaves out what it does not know, at any depth, and does not touch its input", () => {
    const value = { kind: "K", more: 1, spec: { n: null, more: {}, list: [{ a: "x", more: 1 }, { a: null }] } };
    const before = structuredClone(value);
    const parsed = parseTolerantly(schema, value);
    assert.equal(parsed.success, false, "null inside a list's entry was taken for absent");
    assert.deepEqual(value, before);
    const kept = parseTolerantly(schema, { kind: "K", spec: { more: 1, list: [{ a: null, more: 1 }] } });
    assert.deepEqual(kept.data, { kind: "K", spec: { list: [{ a: null }] } }, "null stays where it means something");
    const good = parseTolerantly(schema, { ...value, spec: { ...value.spec, list: [{ a: "x", more: 1 }] } });
    assert.deepEqual(good.data, { kind: "K", spec: { list: [{ a: "x" }] } });
  });

  it("reads an absent spec as an empty one", () => {
    assert.deepEqual(parseTolerantly(schema, { kind: "K" }).data, { kind: "K", spec: {} });
  });

  it("refuses what no tolerance makes right", () => {
    for (const value of [
      null,
      3,
      [],
      {},
      { kind: 1 },
      { kind: "K", spec: { n: 10 } },
      { kind: "K", spec: { more: 1, n: "x" } },
    ]) {
      assert.equal(parseTolerantly(schema, value).success, false, JSON.stringify(value));
    }
  });

  it("takes null for absent in objects only", () => {
    assert.deepEqual(withoutNulls({ a: null, b: [null, { c: null, d: 1 }], e: undefined }), { b: [null, { d: 1 }] });
  });
});

describe("problems", () => {
  const texts = (spec: unknown) => {
    const value = { kind: "K", spec };
    const parsed = schema.safeParse(value);
    return parsed.success ? [] : schemaProblems(parsed.error, "K(x)", value).map(problemText);
  };

  it("say for each kind of fault what would be right", () => {
    assert.deepEqual(texts({ n: 10 }), ["K(x): spec.n = 10: at most 9 is wanted"]);
    assert.deepEqual(texts({ n: 1.5 }), ["K(x): spec.n = 1.5: a whole number is wanted"]);
    assert.deepEqual(texts({ list: [{ a: "y" }] }), ["K(x): spec.list[0].a = 'y': x is wanted"]);
    assert.deepEqual(
      texts({ list: [{ a: "x" }, { a: "x" }, { a: "x" }] })[0]?.endsWith("at most 2 entries are wanted"),
      true,
    );
    assert.deepEqual(texts({ either: "no" }), ["K(x): spec.either = 'no': 'ok' or a number is wanted"]);
    assert.deepEqual(texts({ either: true }), ["K(x): spec.either = true: a number is wanted, or a text is wanted"]);
    assert.deepEqual(texts({ map: { A: "1" } }), ["K(x): spec.map.A = '1': small letters are wanted"]);
    assert.deepEqual(texts({ more: 1 }), ["K(x): spec.more = 1: there is no such field"]);
    assert.deepEqual(texts(undefined), ["K(x): spec is missing: an object is wanted"]);
  });

  it("name fields as people write them, and cut long values", () => {
    assert.equal(fieldPath(["spec", "ingress", 0, "labels", "a.b/c"]), "spec.ingress[0].labels['a.b/c']");
    assert.equal(valueAt({ a: [{ b: 7 }] }, ["a", 0, "b"]), 7);
    assert.equal(valueAt({ a: 1 }, ["a", "b", "c"]), undefined);
    const text = problemText({ object: "K(x)", field: "f", value: "y".repeat(500), want: "less" });
    assert(text.length < 120 && text.includes("…"));
    assert.match(problemText({ object: "K(x)", field: "f", value: { n: 5n }, want: "w" }), /\{"n":"5"\}/);
  });
});

describe("chance and waiting", () => {
  it("ids have the form that others expect", () => {
    assert.equal(
      randomUid(() => 0.999),
      "ffffffff-ffff-4fff-bfff-ffffffffffff",
    );
    assert.equal(
      randomUid(() => 0),
      "00000000-0000-4000-8000-000000000000",
    );
    assert.equal(
      randomGuid(() => 0.5),
      "80".repeat(16),
    );
  });

  it("waiting doubles from 50 ms to 5 s, half of it by chance", () => {
    assert.deepEqual(
      [0, 1, 2, 7, 1000].map((n) => backoff(n, () => 1 - Number.EPSILON)).map(Math.round),
      [50, 100, 200, 5000, 5000],
    );
    assert.deepEqual(
      [0, 7].map((n) => backoff(n, () => 0)),
      [25, 2500],
    );
  });
});
