import type { Clock } from "../lib/clock.ts";
import type { Millis } from "../lib/unit.ts";

/** Lets time pass. */
export function pause(clock: Clock, time: Millis): Promise<void> {
  return new Promise((resolve) => void clock.after(time, resolve));
}
