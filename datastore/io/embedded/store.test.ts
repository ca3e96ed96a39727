import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "../../../lib/io/clock.ts";
import { seededRandom } from "../../../lib/random.ts";
import { millis } from "../../../lib/unit.ts";
import { type StoreBench, storeContract } from "../../store.contract.ts";
import { EmbeddedStore } from "./store.ts";

function embeddedBench(): StoreBench {
  const folder = mkdtempSync(join(tmpdir(), "manx-embedded-"));
  const path = join(folder, "store.db");
  const stores: EmbeddedStore[] = [];
  const connect = (timeout = 10_000) => {
    // Each client with its own connection, as separate processes have; a wall clock that tests can move.
    const clock = { ...systemClock, wall: () => systemClock.wall() + passed };
    const store = new EmbeddedStore({ path, timeout: millis(timeout), poll: millis(20) }, clock, seededRandom(1));
    stores.push(store);
    return store;
  };
  let passed = 0;
  let lock: DatabaseSync | undefined;
  return {
    connect,
    fragile: () => ({
      store: connect(200),
      cut: () => {
        lock = new DatabaseSync(path);
        lock.exec("BEGIN IMMEDIATE");
        return Promise.resolve();
      },
      mend: () => {
        lock?.close();
        lock = undefined;
        return Promise.resolve();
      },
    }),
    compact: async () => {
      const store = connect();
      await store.compact((await store.list("")).revision);
    },
    pass: (seconds) => Promise.resolve(void (passed += seconds * 1000)),
    stop: async () => {
      lock?.close();
      for (const store of stores) await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

storeContract("embedded", () => Promise.resolve(embeddedBench()));
