import assert from "node:assert/strict";
import fc from "fast-check";
import { parseJson, writeJson } from "../datastore/json.ts";
import type { IPAMBlock } from "../datastore/model/ipam-block.ts";
import { assignAt, assignNext, isEmpty, newBlock, nextVersion, ordinalsOf, ownerAt, release } from "./block.ts";
import { cidr } from "./sim/rig.ts";
import { blockFault } from "./stored.ts";

const owner = fc.record({
  handle: fc.constantFrom("a", "b", "c"),
  attributes: fc.constantFrom<Record<string, string>>({}, { pod: "x" }, { node: "n", pod: "y" }),
});
const step = fc.oneof(
  fc.record({ do: fc.constant("assign" as const), owner }),
  fc.record({ do: fc.constant("exact" as const), owner, ordinal: fc.nat(15) }),
  fc.record({ do: fc.constant("release" as const), ordinals: fc.array(fc.nat(15), { maxLength: 4 }) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** The same steps on a block and on a plain list of owners. */
function play(steps: readonly Step[]): { block: IPAMBlock; model: (string | null)[] } {
  let block = newBlock(cidr("10.0.0.0/28"), "host:n", 100n);
  const model = new Array<string | null>(16).fill(null);
  const name = (one: typeof owner extends fc.Arbitrary<infer T> ? T : never): string =>
    `${one.handle} ${writeJson(one.attributes)}`;
  for (const one of steps) {
    if (one.do === "assign") {
      const got = assignNext(block, one.owner, () => false);
      assert.equal(
        got === undefined,
        model.every((taken) => taken !== null),
      );
      if (got) model[got.ordinal] = name(one.owner);
      block = got?.block ?? block;
    } else if (one.do === "exact" && model[one.ordinal] === null) {
      block = assignAt(block, one.ordinal, one.owner);
      model[one.ordinal] = name(one.owner);
    } else if (one.do === "release") {
      block = release(block, one.ordinals).block;
      for (const ordinal of one.ordinals) model[ordinal] = null;
    }
    block = nextVersion(block);
  }
  return { block, model };
}

describe("a block under any steps", () => {
  it("is a list of owners, free of contradictions", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { block, model } = play(steps);
        assert.equal(blockFault(block), undefined);
        const owners = model.map((_, ordinal) => {
          const found = ownerAt(block, ordinal);
          return found ? `${found.handle_id} ${writeJson(found.secondary)}` : null;
        });
        assert.deepEqual(owners, model);
        assert.equal(block.unallocated.length, model.filter((taken) => taken === null).length);
        assert.equal(
          isEmpty(block),
          model.every((taken) => taken === null),
        );
        assert.equal(block.attributes.length, new Set(model.filter((taken) => taken !== null)).size, "no unused rows");
        for (const handle of ["a", "b", "c"]) {
          const expected = model.flatMap((taken, ordinal) => (taken?.startsWith(handle) ? [ordinal] : []));
          assert.deepEqual(ordinalsOf(block, handle), expected);
        }
        const keys = Object.keys(block.sequenceNumberForAllocation ?? {}).map(Number);
        assert.deepEqual(
          keys,
          model.flatMap((taken, ordinal) => (taken === null ? [] : [ordinal])),
        );
      }),
    );
  });

  it("counts every address of every handle back when all are released", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { block, model } = play(steps);
        const { block: after, returned } = release(block, [...model.keys()]);
        assert.ok(isEmpty(after));
        assert.deepEqual(after.attributes, []);
        const counted = [...returned.values()].reduce((sum, count) => sum + count, 0);
        assert.equal(counted, model.filter((taken) => taken !== null).length);
      }),
    );
  });

  it("is the same after a trip through JSON, sequence numbers beyond 2^53 and all", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (steps, sequence) => {
        const { block } = play(steps);
        const wide = { ...block, sequenceNumber: sequence, sequenceNumberForAllocation: { "3": sequence } };
        const parsed = parseJson(writeJson(wide));
        assert.deepEqual(parsed, { ok: true, value: wide });
      }),
    );
  });
});
