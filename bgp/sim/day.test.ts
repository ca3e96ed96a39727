import assert from "node:assert/strict";
import { liveThrough } from "./day.ts";
import { podNetwork } from "./pod-network.ts";

describe("half an hour of a pod network of 12 routers with a fault every three seconds; a day of 50 is day.long.test.ts", () => {
  for (const seed of [1, 2]) {
    it(`seed ${seed}: once it is quiet every table is that of a fresh start`, () => {
      const network = podNetwork({ seed, link: { delayMs: 0.5, jitterMs: 3 } }, { tors: 2, nodes: 8 });
      const terms = { seed, rounds: 2, troubleSeconds: 420, everySeconds: 3.3, quietSeconds: 480 };
      const { mismatch, faults, virtualHours, comparisons, damaged } = liveThrough(network, terms);
      assert.equal(mismatch, "");
      assert.ok(faults >= 200, `${faults} faults`);
      assert.ok(virtualHours >= 0.5);
      assert.deepEqual([comparisons, damaged], [2, 1]);
    });
  }

  it("tells a mismatch with its seed, the faults since all was well, and the lines in which tables differ", () => {
    const seed = 3;
    const network = podNetwork({ seed }, { tors: 1, nodes: 2 });
    const twin = network.twin.bind(network);
    // A fresh start that knows of one prefix more.
    network.twin = (other) => twin(other).announce("node-01", "10.99.0.0/16");
    const terms = { seed, rounds: 3, troubleSeconds: 30, everySeconds: 5, quietSeconds: 480 };
    const { mismatch, comparisons } = liveThrough(network, terms);
    assert.equal(comparisons, 1, "it stops at the first");
    assert.match(mismatch, /^seed 3, round 0: \S+ differs from a fresh start\nought to be 10\.99\.0\.0\/16/);
    assert.match(mismatch, /faults since all was well:\n[0-9.]+ \w+/);
  });
});
