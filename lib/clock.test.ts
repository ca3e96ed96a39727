import assert from "node:assert/strict";
import { clockContract } from "./clock.contract.ts";
import { systemClock } from "./io/clock.ts";
import { seededRandom } from "./random.ts";
import { SimClock } from "./sim/clock.ts";
import { millis, seconds } from "./unit.ts";

clockContract("simulated", () => {
  const clock = new SimClock();
  return { clock, pass: async (ms) => clock.advance(millis(ms)) };
});
clockContract("system", () => ({
  clock: systemClock,
  pass: (ms) => new Promise((done) => void systemClock.after(millis(ms), done)),
}));

describe("the simulated clock", () => {
  it("fires thousands of timers, some set and some cancelled on the way, in the order of a sorted list", () => {
    const clock = new SimClock();
    const random = seededRandom(1);
    const fired: number[] = [];
    const wanted: { readonly at: number; readonly id: number }[] = [];
    const set = (id: number): void => {
      const delay = Math.floor(random() * 50);
      const cancel = clock.after(millis(delay), () => {
        fired.push(id);
        if (id < 2000) set(id + 10_000);
      });
      if (id % 3 === 0) cancel();
      else wanted.push({ at: clock.now() + delay, id });
    };
    for (let id = 0; id < 4000; id++) set(id);
    clock.advance(seconds(1));
    const order = wanted.map(({ at, id }, seq) => ({ at, id, seq })).sort((x, y) => x.at - y.at || x.seq - y.seq);
    assert.deepEqual(
      fired,
      order.map(({ id }) => id),
    );
    assert.equal(clock.fired, fired.length);
    assert.equal(clock.next(), undefined);
  });

  it("fires in one go what timers set while firing, at the time they are due", () => {
    const clock = new SimClock();
    const at: number[] = [];
    const tick = (): void => {
      at.push(clock.now());
      if (at.length < 3) clock.after(seconds(1), tick);
    };
    clock.after(seconds(1), tick);
    assert.equal(clock.next(), 1000);
    clock.advance(seconds(10));
    assert.deepEqual(at, [1000, 2000, 3000]);
    assert.equal(clock.next(), undefined);
    assert.equal(clock.now(), 10000);
  });
});
