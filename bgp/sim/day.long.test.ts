import assert from "node:assert/strict";
import { liveThrough } from "./day.ts";
import { podNetwork } from "./pod-network.ts";

/** 48 rounds of 22 minutes of trouble and 8 of quiet. */
const day = { rounds: 48, troubleSeconds: 1320, everySeconds: 6, quietSeconds: 480 };
const size = { tors: 4, nodes: 44 };

describe("a day of a pod network of 50 routers", function () {
  this.timeout(1_800_000);

  for (const seed of [1, 2, 3]) {
    it(`seed ${seed}: 24 hours, 10,000 faults of links and processes, and every table is that of a fresh start`, () => {
      const network = podNetwork({ seed, link: { delayMs: 0.5, jitterMs: 3 } }, size);
      const start = performance.now();
      const { mismatch, ...figures } = liveThrough(network, { seed, ...day });
      const seconds = Math.round((performance.now() - start) / 100) / 10;
      console.log(
        JSON.stringify({ figure: "a day of 50 routers", seed, seconds, routers: network.names.length, ...figures }),
      );
      assert.equal(mismatch, "");
      assert.ok(figures.faults >= 10_000, `${figures.faults} faults`);
      assert.ok(figures.virtualHours >= 24);
    });
  }
});
