import assert from "node:assert/strict";
import type { Clock } from "./clock.ts";
import { millis } from "./unit.ts";

/** What every clock promises. `pass` lets at least so many milliseconds go by. */
export function clockContract(name: string, make: () => { clock: Clock; pass: (ms: number) => Promise<void> }): void {
  describe(`a clock: ${name}`, () => {
    it("fires timers in the order they are due, never early, never before `after` has returned", async () => {
      const { clock, pass } = make();
      const fired: string[] = [];
      const start = clock.now();
      clock.after(millis(20), () => fired.push(`late ${clock.now() - start >= 19}`));
      clock.after(millis(0), () => fired.push("soon"));
      clock.after(millis(-5), () => fired.push("negative counts as now"));
      assert.deepEqual(fired, []);
      await pass(40);
      assert.deepEqual(fired, ["soon", "negative counts as now", "late true"]);
      assert.ok(clock.now() - start >= 39);
    });

    it("does not fire what was cancelled, and cancelling twice does no harm", async () => {
      const { clock, pass } = make();
      let fired = 0;
      const cancel = clock.after(millis(5), () => fired++);
      cancel();
      cancel();
      await pass(10);
      assert.equal(fired, 0);
    });

    it("tells the date apart from the time that passes", () => {
      const { clock } = make();
      assert.ok(clock.wall() > Date.UTC(2025, 0, 1));
    });
  });
}
