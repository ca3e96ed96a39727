import { setFlagsFromString } from "node:v8";
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
