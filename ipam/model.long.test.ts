import assert from "node:assert/strict";
import { embeddedPlace, etcdPlace, memoryPlace, type SharedPlace } from "./io/places.ts";
import { Life, type Place } from "./sim/life.ts";

/** Seeds of the short runs come first, then as many more; each life is printed by its seed when it goes wrong. */
async function live(count: number, rounds: number, place: (seed: number) => Place | Promise<Place>): Promise<void> {
  const begun = performance.now();
  for (let seed = 1; seed <= count; seed++) {
    assert.deepEqual(await new Life(await place(seed), seed).live(rounds), [], `seed ${seed}`);
  }
  const seconds = Math.round((performance.now() - begun) / 1000);
  console.log(JSON.stringify({ figure: "ipam lives", histories: count, rounds, seconds, wrong: 0 }));
}

async function within(place: SharedPlace, use: (place: SharedPlace) => Promise<void>): Promise<void> {
  try {
    await use(place);
  } finally {
    await place.close();
  }
}

describe("thousands of lives of agents, Calico's writers, administrators and collectors", function () {
  this.timeout(3_000_000);

  it("10,000 in memory", () => live(10_000, 30, memoryPlace));

  it("500 on the embedded store", () => within(embeddedPlace(), (place) => live(500, 20, () => place.fresh())));

  it("1,000 on etcd", async () => within(await etcdPlace(), (place) => live(1_000, 20, () => place.fresh())));
});
