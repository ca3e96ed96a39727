import assert from "node:assert/strict";
import { remove, set } from "../lib/change.ts";
import { Progress } from "./progress.ts";

const turn = (endpoints: readonly string[], gone: readonly string[] = [], interfaces: readonly string[] = []) => ({
  endpoints: [...endpoints.map((key) => set(key, {} as never)), ...gone.map((key) => remove(key))],
  interfaces: interfaces.map((key) => set(key, {} as never)),
});
const on = (name: string): readonly string[] => (name === "cali1" ? ["a"] : []);
const all = (): boolean => true;

describe("how far the kernel has come", () => {
  it("is known by turns: an endpoint is covered when the turn that last changed it is done", () => {
    const progress = new Progress();
    const first = progress.begin(turn(["a"]), 0, on);
    assert.deepEqual([progress.isComplete, progress.covers("a"), progress.covers("b")], [false, false, false]);
    progress.done(first);
    assert.deepEqual([progress.isComplete, progress.covers("a")], [true, true]);
    const second = progress.begin(turn(["b"]), 0, on);
    const third = progress.begin(turn(["a"], ["b"]), 0, on);
    assert.ok(!progress.covers("a"));
    progress.done(third);
    progress.done(second);
    assert.deepEqual([progress.isComplete, progress.covers("a"), progress.covers("b")], [true, true, false]);
  });

  it("counts from the news to the day it is up, but not what was there at the start", () => {
    const progress = new Progress();
    progress.begin(turn(["old"]), 0, on);
    assert.deepEqual(progress.arrivals(all, 50), []);
    progress.begin(turn(["a", "b", "c"], [], []), 100, on);
    assert.deepEqual(
      progress.arrivals((key) => key === "b", 103),
      [3],
    );
    assert.ok(progress.isWaiting);
    progress.begin(turn([], ["c"], ["cali1"]), 200, on);
    assert.deepEqual(progress.arrivals(all, 204), [4], "its interface came later, that is when it began");
    assert.ok(!progress.isWaiting);
    progress.begin(turn(["old"]), 300, on);
    assert.deepEqual(progress.arrivals(all, 301), [1], "a change of an old one counts");
  });
});
