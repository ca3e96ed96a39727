import { openStore } from "../../datastore/io/open-store.ts";
import { systemClock } from "../../lib/io/clock.ts";

/**
 * A process of its own that writes one key `count` times, a pause after each, the time on a clock that all processes share
 * as its value; prints how long each commit took, in milliseconds, as one JSON line.
 */
const [key, count, pauseMs] = [process.argv[2]!, Number(process.argv[3]), Number(process.argv[4])];
const store = await openStore(process.env, systemClock, Math.random);
await store.get(key);
const times: number[] = [];
for (let i = 0; i < count; i++) {
  const begun = performance.now();
  const value = String(performance.timeOrigin + begun);
  await store.commit([], [{ key, value }], []);
  times.push(performance.now() - begun);
  await new Promise((resolve) => setTimeout(resolve, pauseMs));
}
await store.close();
process.stdout.write(`${JSON.stringify(times)}\n`);
