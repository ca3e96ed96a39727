import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Collects garbage once and gives what is free back to the system. Meant for the moment after the datastore was read whole, which
 * leaves more behind than the rest of a life: V8 by itself would keep those pages. Stops the loop for some tens of milliseconds.
 */
export function collectOnce(): void {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  setFlagsFromString("--no-expose-gc");
  if (typeof collect === "function") collect({ type: "major", flavor: "last-resort" });
}

/** So much must have come since the last collection before another is worth its pause. */
const worthwhile = 48 * 1024 * 1024;
let left = 0;

/**
 * Collects garbage when a burst has left much behind since the last time; V8 by itself waits until it needs the memory. Meant to
 * be called every few minutes.
 */
export function collectLeftovers(): void {
  const { used_heap_size: used } = getHeapStatistics();
  if (used - left < worthwhile) return;
  collectOnce();
  left = getHeapStatistics().used_heap_size;
}
