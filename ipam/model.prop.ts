import assert from "node:assert/strict";
import { SimServer } from "../datastore/sim/server.ts";
import { SimStore } from "../datastore/sim/store.ts";
import { seededRandom } from "../lib/random.ts";
import { SimClock } from "../lib/sim/clock.ts";
import { InterleavedStore, Interleaver } from "./sim/interleaved-store.ts";
import { Life, type Place } from "./sim/life.ts";

function memory(seed: number): Place {
  const clock = new SimClock();
  const server = new SimServer(clock);
  const interleaver = new Interleaver(seededRandom(seed));
  return {
    client: () => new InterleavedStore(new SimStore(server, clock), interleaver),
    witness: new SimStore(server, clock),
  };
}

describe("lives of agents, Calico's writers, administrators and collectors", () => {
  it("never contradict what callers were told, and leave nothing behind", async () => {
    for (let seed = 1; seed <= 80; seed++) {
      assert.deepEqual(await new Life(memory(seed), seed).live(25), [], `seed ${seed}`);
    }
  });
});
