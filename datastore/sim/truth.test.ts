import assert from "node:assert/strict";
import type { StoreEvent, WatchMessage } from "../store.ts";
import { type Attempt, Truth } from "./truth.ts";

const put = (key: string, value: string, revision: number): StoreEvent => ({ kind: "put", key, value, revision });
const attempt = (n: number, answer: Attempt["answer"], more: Partial<Attempt> = {}): Attempt => ({
  compares: [],
  puts: [{ key: "/a", value: String(n) }],
  deletes: [],
  marker: `/m/${n}`,
  answer,
  ...more,
});
const marked = (...revisions: readonly (readonly [number, number])[]) =>
  revisions.map(([n, revision]) => ({ key: `/m/${n}`, value: "", revision }));

/** /a is put at 2, put again at 3 and deleted at 5. */
const truth = new Truth(
  [attempt(1, 2), attempt(2, "unknown"), attempt(3, 5, { puts: [], deletes: ["/a"] }), attempt(4, "unknown")],
  marked([2, 3], [1, 2], [3, 5]),
);
const two = [put("/a", "1", 2), put("/m/1", "", 2)];
const three = [put("/m/2", "", 3), put("/a", "2", 3)];
const five: readonly StoreEvent[] = [{ kind: "delete", key: "/a", revision: 5 }, put("/m/3", "", 5)];
const told = (...batches: readonly (readonly StoreEvent[])[]): WatchMessage[] =>
  batches.map((events) => ({ kind: "events", events }));
const faults = (messages: readonly WatchMessage[], after = 1, compacted = 0) =>
  truth.watchFaults({ after, messages }, compacted);

describe("Truth", () => {
  it("puts together from markers what happened", () => {
    assert.equal(truth.revision, 5);
    assert.deepEqual(truth.commitFaults, []);
    assert.deepEqual(truth.at(4), [
      { key: "/a", value: "2", revision: 3 },
      { key: "/m/1", value: "", revision: 2 },
      { key: "/m/2", value: "", revision: 3 },
    ]);
    assert.deepEqual(truth.listFaults({ entries: truth.at(4), revision: 4 }), []);
    assert.equal(truth.listFaults({ entries: truth.at(4), revision: 5 }).length, 1);
  });

  it("takes a right account, whatever the batches", () => {
    assert.deepEqual(faults(told(two, three, five)), []);
    assert.deepEqual(faults(told([...two, ...three, ...five])), []);
    assert.deepEqual(faults(told(five), 3), []);
    assert.deepEqual(faults([...told(two), { kind: "compacted" }], 1, 3), []);
  });

  it("finds events lost, doubled, torn and out of order, progress ahead of them, and an end without a reason", () => {
    assert.match(faults(told(two, five))[0]!, /told 5: .* should be 3/);
    assert.match(faults(told(two, three))[0]!, /never told the events of 5/);
    assert(faults(told(two, two, three, five)).length > 0);
    assert(faults(told(two.slice(0, 1), two.slice(1), three, five)).length > 0);
    assert(faults(told(three, two, five)).length > 0);
    assert.match(faults([{ kind: "progress", revision: 3 }, ...told(two, three, five)])[0]!, /before the events of 2/);
    assert.match(faults([...told(two), { kind: "compacted" }], 1, 2)[0]!, /history is whole/);
  });

  it("finds commits that were answered wrongly", () => {
    const wrong = (each: Attempt, markers = marked([1, 2])) => new Truth([each], markers).commitFaults;
    assert.match(wrong(attempt(1, "refused"))[0]!, /refused but is there/);
    assert.match(wrong(attempt(1, 2), [])[0]!, /told done at 2 but is absent/);
    assert.match(wrong(attempt(1, 2, { compares: [{ key: "/a", revision: 1 }] }))[0]!, /compared with 1 and was 0/);
  });
});
