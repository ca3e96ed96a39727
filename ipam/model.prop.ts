import assert from "node:assert/strict";
import { embeddedPlace, memoryPlace } from "./io/places.ts";
import { Life } from "./sim/life.ts";

describe("lives of agents, Calico's writers, administrators and collectors", () => {
  it("never contradict what callers were told, and leave nothing behind", async () => {
    for (let seed = 1; seed <= 80; seed++) {
      assert.deepEqual(await new Life(memoryPlace(seed), seed).live(25), [], `seed ${seed}`);
    }
  });

  it("nor on the embedded store", async () => {
    const place = embeddedPlace();
    try {
      for (let seed = 1; seed <= 8; seed++) {
        assert.deepEqual(await new Life(await place.fresh(), seed).live(15), [], `seed ${seed}`);
      }
    } finally {
      await place.close();
    }
  });
});
