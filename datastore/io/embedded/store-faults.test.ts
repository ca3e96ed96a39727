import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "../../../lib/io/clock.ts";
import { seededRandom } from "../../../lib/random.ts";
import { millis } from "../../../lib/unit.ts";
import { type FaultBench, walkAtRandom } from "../../store-faults.contract.ts";
import { EmbeddedStore } from "./store.ts";

function embeddedBench(): FaultBench {
  const folder = mkdtempSync(join(tmpdir(), "manx-walk-"));
  const path = join(folder, "store.db");
  // Each client with its own connection, as separate processes have.
  const connect = (timeout: number) =>
    new EmbeddedStore({ path, timeout: millis(timeout), poll: millis(20) }, systemClock, seededRandom(1));
  const [subject, other] = [connect(40), connect(5000)];
  let lock: DatabaseSync | undefined;
  const unlock = () => {
    lock?.close();
    lock = undefined;
  };
  return {
    subject,
    other,
    prefix: "/walk/",
    clock: systemClock,
    faults: [
      (random) => {
        unlock();
        lock = locked(path);
        setTimeout(unlock, 20 + random() * 80);
      },
    ],
    horizon: { compacted: 0 },
    compact: (revision) => subject.compact(revision),
    heal: () => Promise.resolve(unlock()),
    tick: () => new Promise((resolve) => setTimeout(resolve, 2)),
    stop: async () => {
      unlock();
      await subject.close();
      await other.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A connection that holds the file, as a process does that was stopped while it wrote. */
function locked(path: string): DatabaseSync | undefined {
  const holder = new DatabaseSync(path);
  try {
    holder.exec("BEGIN IMMEDIATE");
    return holder;
  } catch {
    holder.close();
    return undefined;
  }
}

describe("EmbeddedStore, walked at random through locks and compactions", () => {
  it("loses and doubles no event, and answers no commit wrongly", async () => {
    let unknown = 0;
    let compacted = 0;
    for (let seed = 0; seed < 6; seed++) {
      const bench = embeddedBench();
      try {
        const tally = await walkAtRandom(bench, seed, 100);
        unknown += tally.unknown;
        compacted += tally.compacted;
      } catch (error) {
        throw new Error(`seed ${seed}`, { cause: error });
      } finally {
        await bench.stop();
      }
    }
    assert(unknown > 0 && compacted > 0, `${unknown} unknown, ${compacted} compacted`);
  });
});
