import type { Clock } from "../clock.ts";
import { millis } from "../unit.ts";

/** The machine's clock. Timers keep the process alive until they fire or are cancelled. */
export const systemClock: Clock = {
  now: () => millis(performance.now()),
  wall: () => Date.now(),
  after(delay, fire) {
    const timer = setTimeout(fire, Math.max(0, delay));
    return () => clearTimeout(timer);
  },
};
