import assert from "node:assert/strict";
import fc from "fast-check";
import { SimClock } from "../../lib/sim/clock.ts";
import { seconds } from "../../lib/unit.ts";
import { errno } from "../errno.ts";
import { setsContract } from "../reconciler.contract.ts";
import { Reconciler } from "../reconciler.ts";
import { SimKernel } from "./kernel.ts";
import { simNeighbours, simRules } from "./kernel-sets.ts";

describe("neighbours and rules of a simulated kernel", () => {
  setsContract(() => {
    const kernel = new SimKernel();
    const ifindex = kernel.addLink({ name: "v0", up: true });
    const sets = { neighbours: simNeighbours(kernel), rules: simRules(kernel) };
    return { ...sets, ifindex, clock: new SimClock(), close() {} };
  });

  it("any history with refusals, lost answers and broken dumps ends in the final wants", async () => {
    const key = fc.constantFrom("a", "b", "c", "d");
    const step = fc.oneof(
      fc.record({ on: fc.constant("want"), key, value: fc.nat(2) }),
      fc.record({ on: fc.constant("unwant"), key }),
      fc.record({ on: fc.constantFrom("refuse", "lose", "interrupt", "resync", "turn", "deletes") }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (history) => {
        const kernel = new SimKernel();
        const clock = new SimClock();
        const there = new Map<string, number>([["d", 9]]);
        const set = numbers(kernel, there);
        const same = (x: number, y: number): boolean => x === y;
        const driver = new Reconciler({ name: "numbers", set, same, owns: () => true, clock, tell: () => {} });
        const wanted = new Map<string, number>();
        for (const each of history) {
          if (each.on === "want" && "value" in each) {
            wanted.set(each.key, each.value);
            driver.want(each.key, each.value);
          } else if (each.on === "unwant" && "key" in each) {
            wanted.delete(each.key);
            driver.unwant(each.key);
          } else if (each.on === "refuse") kernel.faults.refuseNext(errno.ENOMEM);
          else if (each.on === "lose") kernel.faults.loseAnswers();
          else if (each.on === "interrupt") kernel.faults.interruptDumps();
          else if (each.on === "resync") driver.resync();
          else if (each.on === "deletes") driver.allowDeletes();
          else for (let turn = 0; turn < 3; turn++) await null;
        }
        driver.allowDeletes();
        for (let round = 0; round < 100; round++) {
          await driver.settled();
          clock.advance(seconds(31));
        }
        await driver.settled();
        assert.deepEqual([...there].sort(), [...wanted].sort());
        driver.close();
      }),
      { numRuns: 300 },
    );
  });
});

function numbers(kernel: SimKernel, there: Map<string, number>) {
  return {
    async dump() {
      kernel.faults.beforeDump("dump");
      return new Map(there);
    },
    async apply(changes: readonly { readonly kind: string; readonly key: string; readonly value: number }[]) {
      const results = changes.map(({ kind, key, value }) => {
        const refusal = kernel.faults.refusal(key);
        if (!refusal && kind === "set") there.set(key, value);
        if (!refusal && kind === "delete") there.delete(key);
        return refusal;
      });
      kernel.faults.afterBatch("batch");
      return results;
    },
  };
}
