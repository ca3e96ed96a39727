import assert from "node:assert/strict";
import { clockContract } from "./clock.contract.ts";
import { systemClock } from "./io/clock.ts";
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
