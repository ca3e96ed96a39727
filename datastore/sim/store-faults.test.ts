import assert from "node:assert/strict";
import { SimClock } from "../../lib/sim/clock.ts";
import { millis } from "../../lib/unit.ts";
import { type FaultBench, walkAtRandom } from "../store-faults.contract.ts";
import { SimServer } from "./server.ts";
import { SimStore } from "./store.ts";

function simBench(): FaultBench {
  const clock = new SimClock();
  const server = new SimServer(clock);
  const subject = new SimStore(server, clock);
  return {
    subject,
    other: new SimStore(server, clock),
    prefix: "/walk/",
    clock,
    faults: [
      () => subject.set({ unavailable: true }),
      () => subject.set({ unavailable: false }),
      () => subject.set({ loseAnswer: true }),
      (random) => subject.set({ latency: millis(random() * 60) }),
      (random) => subject.set({ eventDelay: millis(random() * 90) }),
    ],
    horizon: { compacted: 0 },
    compact: (revision) => Promise.resolve(server.compact(revision)),
    heal: () => Promise.resolve(subject.set({ unavailable: false, loseAnswer: false, latency: millis(0) })),
    tick: async () => {
      clock.advance(millis(20));
      await new Promise((resolve) => setImmediate(resolve));
    },
    stop: () => Promise.resolve(),
  };
}

describe("SimStore, walked at random through faults", () => {
  it("loses and doubles no event, and answers no commit wrongly", async () => {
    const sum = { unknown: 0, compacted: 0, interrupted: 0 };
    for (let seed = 0; seed < 60; seed++) {
      const tally = await walkAtRandom(simBench(), seed, 120).catch((error: unknown) => {
        throw new Error(`seed ${seed}`, { cause: error });
      });
      for (const key of ["unknown", "compacted", "interrupted"] as const) sum[key] += tally[key];
    }
    assert(sum.unknown > 20 && sum.compacted > 20 && sum.interrupted > 20, JSON.stringify(sum));
  });
});
