import assert from "node:assert/strict";
import { etcdPlace, type SharedPlace } from "./io/places.ts";
import { Life } from "./sim/life.ts";

describe("lives of agents, Calico's writers, administrators and collectors on etcd", () => {
  let place: SharedPlace;
  before(async () => {
    place = await etcdPlace();
  });
  after(() => place.close());

  it("never contradict what callers were told, and leave nothing behind", async function () {
    this.timeout(60_000);
    for (let seed = 1; seed <= 30; seed++) {
      assert.deepEqual(await new Life(await place.fresh(), seed).live(20), [], `seed ${seed}`);
    }
  });
});
