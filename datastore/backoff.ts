import type { Random } from "../lib/random.ts";
import { type Millis, millis } from "../lib/unit.ts";

const first = 50;
const longest = 5000;

/** How long to wait after the `attempt`-th failure (from 0): doubling from 50 ms to 5 s, each time half of it by chance. */
export function backoff(attempt: number, random: Random): Millis {
  const span = Math.min(longest, first * 2 ** Math.min(attempt, 16));
  return millis(span / 2 + (span / 2) * random());
}
