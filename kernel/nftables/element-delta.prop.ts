import assert from "node:assert/strict";
import fc from "fast-check";
import { elementKey } from "./element.ts";
import { ElementDelta } from "./element-delta.ts";
import type { Operation } from "./port.ts";
import type { SetSpec } from "./set.ts";
import { Transaction } from "./transaction.ts";

const ports: SetSpec = { name: "s", key: ["inet_service"], interval: true };
const text = fc
  .tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 5 }))
  .map(([from, more]) => `${from}-${from + more}`);
const texts = fc.array(text, { maxLength: 4 });
const few = fc.subarray(["1", "2", "3"]);

/** Wishes, transactions that are sent, and their results, in any order that can happen with one transaction at a time. */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("change" as const),
      add: fc.oneof(texts, few),
      remove: fc.oneof(texts, few),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: "send" as const }) },
  { weight: 2, arbitrary: fc.constantFrom({ do: "taken" as const }, { do: "refused" as const }) },
);

function applyTo(kernel: Set<string>, operations: readonly Operation[]): void {
  for (const operation of operations) {
    if (operation.kind === "delete elements")
      for (const key of operation.keys) assert.ok(kernel.delete(key), "was there");
    if (operation.kind === "new elements") for (const key of operation.keys) kernel.add(key);
  }
}

describe("the elements of a set", () => {
  it("wishes during a transaction are not lost, whatever becomes of it", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.boolean(), (steps, interval) => {
        const spec: SetSpec = { ...ports, interval };
        const delta = new ElementDelta(spec);
        const wanted = new Map<string, string>();
        const kernel = new Set<string>();
        let underWay: Transaction | undefined;
        const send = (): void => {
          if (underWay) return;
          underWay = new Transaction();
          delta.plan(underWay, true);
        };
        const taken = (): void => {
          if (!underWay) return;
          applyTo(kernel, underWay.operations());
          underWay.committed([], new Map());
          underWay = undefined;
        };
        for (const s of steps) {
          if (s.do === "change") {
            const [add, remove] = [s.add, s.remove].map((list) => list.filter((x) => interval || !x.includes("-")));
            delta.change(add!, remove!);
            for (const x of remove!) wanted.delete(elementKey(spec, x));
            for (const x of add!) wanted.set(elementKey(spec, x), x);
          } else if (s.do === "send") send();
          else if (s.do === "taken") taken();
          else {
            underWay = undefined;
            delta.sawAll(kernel);
          }
        }
        taken();
        send();
        taken();
        assert.equal(delta.isPending(true), false);
        const fresh = new ElementDelta(spec);
        fresh.replace(wanted.values());
        const all = new Transaction();
        fresh.plan(all, true);
        const clean = new Set<string>();
        applyTo(clean, all.operations());
        assert.deepEqual([...kernel].sort(), [...clean].sort());
      }),
      { numRuns: 500 },
    );
  });

  it("while nothing may be deleted, nothing that overlaps what is there is added", () => {
    fc.assert(
      fc.property(fc.uniqueArray(text, { maxLength: 1 }), texts, (there, wanted) => {
        const delta = new ElementDelta(ports);
        const kernel = new Set(there.map((x) => elementKey(ports, x)));
        delta.sawAll(kernel);
        delta.change(wanted, []);
        const to = new Transaction();
        delta.plan(to, false);
        assert.equal(to.operations().length > 0, delta.isPending(false));
        const extra = [...kernel].filter((key) => !wanted.some((x) => elementKey(ports, x) === key));
        for (const operation of to.operations()) {
          assert.equal(operation.kind, "new elements");
          if (operation.kind !== "new elements") continue;
          for (const key of operation.keys) {
            for (const old of extra) assert.ok(key.slice(2) < old.slice(0, 2) || old.slice(2) < key.slice(0, 2));
          }
        }
      }),
    );
  });
});
