import assert from "node:assert/strict";
import { remove, set } from "./change.ts";
import { invariant, ManxError, unreachable } from "./error.ts";
import { untold } from "./fact.ts";
import { systemRandom } from "./io/random.ts";
import { seededRandom } from "./random.ts";

class Blocked extends ManxError<"lib/blocked", { readonly block: string }> {}

describe("errors", () => {
  it("carry a code, facts and a cause, and the name of their class", () => {
    const cause = new Error("disk");
    const error = new Blocked("lib/blocked", "block b is taken", { block: "b" }, { cause });
    assert.equal(error.name, "Blocked");
    assert.deepEqual(
      [error.code, error.facts, error.message, error.cause],
      ["lib/blocked", { block: "b" }, "block b is taken", cause],
    );
  });
  it("of our own making name the bug", () => {
    assert.throws(() => invariant(false, "two owners"), /bug: two owners/);
    invariant(true, "never told");
    assert.throws(() => unreachable("x" as never), /bug: unexpected "x"/);
  });
});

describe("chance", () => {
  it("repeats from a seed and stays in [0, 1)", () => {
    const draw = (seed: number) =>
      Array.from(
        { length: 50 },
        (
          (r) => () =>
            r()
        )(seededRandom(seed)),
      );
    assert.deepEqual(draw(7), draw(7));
    assert.notDeepEqual(draw(7), draw(8));
    assert.ok([...draw(1), systemRandom()].every((x) => x >= 0 && x < 1));
  });
});

describe("changes", () => {
  it("say set or delete", () => {
    assert.deepEqual(set("k", 1), { kind: "set", key: "k", value: 1 });
    assert.deepEqual(remove("k"), { kind: "delete", key: "k" });
    untold({ fact: "lib.nothing" });
  });
});
