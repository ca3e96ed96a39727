import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../lib/io/clock.ts";
import { seededRandom } from "../../../lib/random.ts";
import { millis } from "../../../lib/unit.ts";
import { eventually } from "../../store.contract.ts";
import type { WatchMessage } from "../../store.ts";
import { EmbeddedStore } from "./store.ts";

const source = new URL(".", import.meta.url).pathname;

/** A program of another process: increments a counter `times` times by compare and swap. */
function incrementer(path: string, times: number): ChildProcess {
  const program = `
    const { EmbeddedStore } = await import(${JSON.stringify(`${source}store.ts`)});
    const { systemClock } = await import(${JSON.stringify(join(source, "../../../lib/io/clock.ts"))});
    const store = new EmbeddedStore({ path: ${JSON.stringify(path)} }, systemClock, Math.random);
    for (let done = 0; done < ${times}; ) {
      const entry = await store.get("/n");
      const put = { key: "/n", value: String(Number(entry?.value ?? 0) + 1) };
      if ((await store.commit([{ key: "/n", revision: entry?.revision ?? 0 }], [put], [])).committed) done++;
    }
    await store.close();`;
  return spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "ignore", "inherit"] });
}

describe("EmbeddedStore, several processes", () => {
  it("loses no increment, and a watch here hears those made there without waiting for a poll", async function () {
    this.timeout(30_000);
    const folder = mkdtempSync(join(tmpdir(), "manx-processes-"));
    const path = join(folder, "store.db");
    // A poll that never comes in time: only the write-ahead log can wake this watch.
    const store = new EmbeddedStore({ path, poll: millis(60_000) }, systemClock, seededRandom(1));
    const messages: WatchMessage[] = [];
    const children: ChildProcess[] = [];
    const values = () => messages.flatMap((m) => (m.kind === "events" ? m.events : []));
    try {
      store.watch("/", (await store.list("/")).revision, (message) => messages.push(message));
      for (let i = 0; i < 3; i++) children.push(incrementer(path, 20));
      await eventually(() => values().length >= 60, "60 increments were heard", 25_000);
      assert.deepEqual(
        values().map((e) => e.kind === "put" && e.value),
        Array.from({ length: 60 }, (_, i) => String(i + 1)),
      );
    } finally {
      for (const child of children) child.kill("SIGKILL");
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("keeps history only as long as it is told to", async () => {
    const folder = mkdtempSync(join(tmpdir(), "manx-history-"));
    const store = new EmbeddedStore(
      { path: join(folder, "store.db"), historyLimit: 100 },
      systemClock,
      seededRandom(1),
    );
    try {
      for (let i = 0; i < 400; i++) await store.commit([], [{ key: "/k", value: String(i) }], []);
      const messages: WatchMessage[] = [];
      store.watch("/", 200, (message) => messages.push(message));
      const recent: WatchMessage[] = [];
      store.watch("/", 350, (message) => recent.push(message));
      await eventually(() => messages.length > 0 && recent.length > 0, "both watches heard");
      assert.deepEqual(messages, [{ kind: "compacted" }]);
      assert.equal(recent[0]!.kind, "events");
    } finally {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
