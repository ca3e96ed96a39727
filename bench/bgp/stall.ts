import { writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

/*
 * Loaded into the process under test by --import: the first SIGUSR2 begins to watch the event loop, the second writes the
 * longest stall since, in milliseconds, to STALL_FILE. The histogram counts from the timer's own millisecond.
 */
const file = process.env["STALL_FILE"];
const delay = monitorEventLoopDelay({ resolution: 1 });
let isWatching = false;

process.on("SIGUSR2", () => {
  if (isWatching && file !== undefined) {
    writeFileSync(file, JSON.stringify({ stall_ms: Math.round(delay.max / 1e5) / 10 }));
    delay.disable();
  } else {
    delay.reset();
    delay.enable();
  }
  isWatching = !isWatching;
});
