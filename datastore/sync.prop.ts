import assert from "node:assert/strict";
import fc from "fast-check";
import { History } from "./sim/history.ts";
import type { Entry } from "./store.ts";
import { type EntryChanges, Sync } from "./sync.ts";

/** A store's life as its follower sees it: writes, and now and then a new list, or events told (again). */
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("put" as const), key: fc.constantFrom("/a", "/b", "/c", "/d") }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("delete" as const), key: fc.constantFrom("/a", "/b", "/c") }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("watch" as const), back: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("list" as const), portion: fc.integer({ min: 1, max: 3 }) }) },
);

describe("Sync", () => {
  it("leaves whoever hears it with exactly what the store holds, however lists and events mix", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const history = new History();
        const sync = new Sync();
        const heard = new Map<string, Entry>();
        const take = (changes: EntryChanges) => {
          for (const change of changes) {
            const before = heard.get(change.key);
            if (change.kind === "delete") {
              assert(before, `${change.key} was deleted twice`);
              heard.delete(change.key);
            } else {
              assert.notEqual(before?.revision, change.value.revision, `${change.key} was told twice`);
              heard.set(change.key, change.value);
            }
          }
        };
        const list = (portion: number) => {
          for (const changes of sync.listed(history.list("/"), portion)) {
            assert(changes.length > 0 && changes.length <= portion);
            take(changes);
          }
        };
        list(2);
        for (const [i, each] of steps.entries()) {
          if (each.do === "put") history.apply([{ key: each.key, value: String(i) }], []);
          else if (each.do === "delete") history.apply([], [each.key]);
          else if (each.do === "list") list(each.portion);
          else {
            const events = history.since(Math.max(0, sync.revision - each.back), "/");
            assert(events !== "compacted");
            take(sync.heard({ kind: "events", events }).changes);
          }
        }
        const events = history.since(sync.revision, "/");
        assert(events !== "compacted");
        take(sync.heard({ kind: "events", events }).changes);
        const there = history.list("/").entries;
        assert.deepEqual(
          [...heard.values()].sort((x, y) => (x.key < y.key ? -1 : 1)),
          there,
        );
        assert.equal(sync.size, there.length);
      }),
      { numRuns: 500 },
    );
  });
});
