import assert from "node:assert/strict";
import fc from "fast-check";
import { loadAll } from "js-yaml";
import { writeJson } from "../datastore/json.ts";
import { root } from "../datastore/key.ts";
import type { Put, Store } from "../datastore/store.ts";
import { SimShell } from "./sim/shell.ts";
import { readSnapshot } from "./snapshot-reader.ts";
import { headText, keptText } from "./snapshot-text.ts";

/** Texts with everything that YAML, JSON and lines could stumble over. */
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: "grapheme" }),
  fc.constantFrom(
    '"',
    "\\",
    "\n---\nkey: x",
    "# no comment",
    ": ",
    "\u0085\u2028\u2029",
    "\ufeff",
    "\u0000",
    "😀",
    "'",
    "~",
    "- a",
  ),
);
const json = fc.oneof(
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc.dictionary(text, text).map(writeJson),
  text.map((each) => `{${each}`),
  text.map((each) => `{"a":${JSON.stringify(each)}}`),
  fc
    .bigInt(2n ** 53n, 2n ** 64n - 1n)
    .map((wide) => writeJson({ sequenceNumber: wide, unknownField: wide, "<&>": "x" })),
  fc.constantFrom(
    "",
    "true",
    '{"a": 1}',
    '{"b":1,"a":1}',
    '{"a":1,"a":2}',
    "{",
    '"x"',
    '{"state":"confirmed","deleted":false}',
  ),
);
const paths = [
  "resources/v3/projectcalico.org/ippools/",
  "resources/v3/projectcalico.org/clusterinformations/default",
  "ipam/v2/handle/",
  "v1/Ready",
  "felix/v2/no-region/host/n1/workload/k8s/",
  "newer/than/we/",
];
const key = fc
  .tuple(
    fc.constantFrom(...paths),
    text.map((word) => word.replaceAll("/", "")),
  )
  .map(([path, word]) => `${root}${path}${word}`);
const put = fc.record({ key, value: fc.oneof(json, text) }, { noNullPrototype: true });
const content = fc.uniqueArray(put, { selector: (one) => one.key, maxLength: 30 });

async function fill(store: Store, puts: readonly Put[]): Promise<void> {
  if (puts.length > 0) await store.commit([], puts, []);
}

async function all(store: Store): Promise<readonly (readonly [string, string])[]> {
  return (await store.list("/")).entries.map(({ key: at, value }) => [at, value]);
}

describe("a snapshot", () => {
  it("restores the same keys and octets into an empty store, and over any other", async () => {
    await fc.assert(
      fc.asyncProperty(content, content, async (puts, others) => {
        const from = new SimShell();
        await fill(from.store(), puts);
        const taken = await from.run("datastore snapshot");
        assert.equal(taken.errors, "");
        for (const before of [[], others]) {
          const to = new SimShell();
          await fill(to.store(), before);
          to.contents.set("s.yaml", taken.output);
          const { code, errors } = await to.run("datastore restore -f s.yaml --force");
          assert.deepEqual([code, errors], [0, ""]);
          // A snapshot that holds nothing of what agents report leaves theirs alone.
          const ours = ([at]: readonly [string, string]): boolean =>
            puts.some((put) => put.key.includes("/felix/")) || !at.includes("/felix/");
          assert.deepEqual((await all(to.store())).filter(ours), await all(from.store()));
        }
      }),
      { numRuns: 60 },
    );
  });

  it("is YAML to everybody else too, a key and its value in each document", async () => {
    await fc.assert(
      fc.asyncProperty(content, async (puts) => {
        const shell = new SimShell();
        await fill(shell.store(), puts);
        const [, ...documents] = loadAll((await shell.run("datastore snapshot")).output) as readonly Put[];
        const stored = await all(shell.store());
        assert.deepEqual(
          documents.map(({ key: at }) => at),
          stored.map(([at]) => at),
        );
        for (const [i, { value }] of documents.entries()) {
          // Objects are objects; what is none is its own text.
          if (typeof value === "string") assert.equal(value, stored[i]![1]);
          else assert.deepEqual(value, JSON.parse(stored[i]![1]));
        }
      }),
      { numRuns: 60 },
    );
  });

  it("is read the same in whatever pieces it comes", async () => {
    await fc.assert(
      fc.asyncProperty(content, fc.integer({ min: 1, max: 50 }), async (puts, size) => {
        const whole = headText({ revision: 1, keys: puts.length, taken: "" }) + puts.map(keptText).join("");
        const octets = new TextEncoder().encode(whole);
        const pieces = Array.from({ length: Math.ceil(octets.length / size) }, (_, i) =>
          octets.subarray(i * size, (i + 1) * size),
        );
        const source = (async function* () {
          yield* pieces;
        })();
        assert.deepEqual((await readSnapshot(source, "s")).entries, puts);
      }),
      { numRuns: 60 },
    );
  });
});
