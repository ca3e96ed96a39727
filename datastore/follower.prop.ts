import assert from "node:assert/strict";
import fc from "fast-check";
import { seededRandom } from "../lib/random.ts";
import { SimClock } from "../lib/sim/clock.ts";
import { millis, seconds } from "../lib/unit.ts";
import { Follower } from "./follower.ts";
import { SimServer } from "./sim/server.ts";
import { SimStore } from "./sim/store.ts";
import type { EntryChanges } from "./sync.ts";

const keys = ["/x/a", "/x/b", "/x/c", "/y/a"] as const;
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("put" as const), key: fc.constantFrom(...keys) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("delete" as const), key: fc.constantFrom(...keys) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 3000 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("contact" as const), lost: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("delay" as const), ms: fc.constantFrom(0, 40, 400) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("latency" as const), ms: fc.constantFrom(0, 20) }) },
  { weight: 1, arbitrary: fc.constant({ do: "compact" as const }) },
);

/** Lets everything that is ready happen. */
const settle = async () => {
  for (let i = 0; i < 6; i++) await Promise.resolve();
};

describe("Follower, under faults", () => {
  it("leaves whoever hears it with exactly what the store holds, once things are quiet; deletes nothing before in-sync", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.nat(), async (steps, seed) => {
        const clock = new SimClock();
        const server = new SimServer(clock);
        const store = new SimStore(server, clock);
        const held = new Map<string, string>();
        let synced = 0;
        const changes = (batch: EntryChanges) => {
          for (const change of batch) {
            if (change.kind === "set") held.set(change.key, change.value.value);
            else assert(synced === 1 && held.delete(change.key), "deleted too early, or what was never told");
          }
        };
        const ports = { clock, random: seededRandom(seed), tell: () => {} };
        const follower = new Follower(store, "/x/", { changes, inSync: () => void synced++ }, ports);
        follower.start();
        for (const [i, each] of steps.entries()) {
          if (each.do === "put") server.commit([], [{ key: each.key, value: String(i) }], []);
          else if (each.do === "delete") server.commit([], [], [each.key]);
          else if (each.do === "pass") clock.advance(millis(each.ms));
          else if (each.do === "contact") store.set({ unavailable: each.lost });
          else if (each.do === "delay") store.set({ eventDelay: millis(each.ms) });
          else if (each.do === "latency") store.set({ latency: millis(each.ms) });
          else server.compact();
          if (i % 3 === 0) await settle();
        }
        store.set({ unavailable: false });
        for (let i = 0; i < 8; i++) {
          await settle();
          clock.advance(seconds(6));
        }
        const there = server.history.list("/x/").entries.map(({ key, value }) => [key, value]);
        assert.deepEqual(
          [...held].sort(([x], [y]) => (x < y ? -1 : 1)),
          there,
        );
        assert.equal(synced, 1);
        follower.stop();
      }),
      { numRuns: 300 },
    );
  });
});
