import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { systemClock } from "../../../lib/io/clock.ts";
import { seededRandom } from "../../../lib/random.ts";
import { eventually } from "../../store.contract.ts";
import type { StoreEvent } from "../../store.ts";
import { EmbeddedStore } from "./store.ts";

const source = new URL(".", import.meta.url).pathname;

/** A writer of its own process: commits three keys at a time, for ever, and says each revision once it is acknowledged. */
class Writer {
  readonly acknowledged = new Map<number, number>();
  readonly #child: ChildProcess;
  readonly #gone: Promise<unknown>;

  constructor(path: string, name: string, from: number) {
    const program = `
      const { writeSync } = await import("node:fs");
      const { EmbeddedStore } = await import(${JSON.stringify(`${source}store.ts`)});
      const { systemClock } = await import(${JSON.stringify(join(source, "../../../lib/io/clock.ts"))});
      const store = new EmbeddedStore({ path: ${JSON.stringify(path)} }, systemClock, Math.random);
      for (let n = ${from}; ; n++) {
        const puts = ["x", "y", "z"].map((part) => ({ key: "/crash/${name}/" + n + part, value: "${name}".repeat(300) + n }));
        const gone = ["x", "y", "z"].map((part) => "/crash/${name}/" + (n - 5) + part);
        const done = await store.commit([], puts, gone);
        writeSync(1, n + " " + done.revision + "\\n");
      }`;
    const flags = ["--input-type=module", "-e", program];
    this.#child = spawn(process.execPath, flags, { stdio: ["ignore", "pipe", "inherit"] });
    this.#gone = new Promise((resolve) => this.#child.once("close", resolve));
    createInterface(this.#child.stdout!).on("line", (line) => {
      const [n, revision] = line.split(" ").map(Number);
      if (line.includes(" ")) this.acknowledged.set(n!, revision!);
    });
  }

  get last(): number {
    return Math.max(-1, ...this.acknowledged.keys());
  }

  /** As `kill -9`; what it had said before is heard. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#gone;
  }
}

/** What is wrong with what a dead writer left, judged by the log of everything that happened. */
function faultsOf(writer: Writer, name: string, events: readonly StoreEvent[]): readonly string[] {
  const faults: string[] = [];
  const puts = new Map<number, string[]>();
  for (const { kind, key, revision } of events) {
    if (kind !== "put" || !key.startsWith(`/crash/${name}/`)) continue;
    puts.set(revision, [...(puts.get(revision) ?? []), key.slice(`/crash/${name}/`.length)]);
  }
  for (const [revision, keys] of puts) {
    if (keys.map((key) => key.slice(-1)).join("") !== "xyz")
      faults.push(`half a commit at ${revision}: ${keys.join()}`);
  }
  for (const [n, revision] of writer.acknowledged) {
    if (puts.get(revision)?.[0] !== `${n}x`)
      faults.push(`${name} ${n} was acknowledged at ${revision} and is not there`);
  }
  return faults;
}

describe("EmbeddedStore, when its writers are killed", () => {
  it("keeps everything that was acknowledged and no half of a commit, round after round; a watch hears each once", async function () {
    this.timeout(60_000);
    const folder = mkdtempSync(join(tmpdir(), "manx-crash-"));
    const path = join(folder, "store.db");
    const random = seededRandom(5);
    const settings = { path, historyLimit: 1_000_000 };
    const watcher = new EmbeddedStore(settings, systemClock, seededRandom(1));
    const live: StoreEvent[] = [];
    let writers: Writer[] = [];
    const from = [0, 0, 0];
    try {
      const { revision } = await watcher.list("/crash/");
      watcher.watch("/crash/", revision, (message) => {
        if (message.kind === "events") live.push(...message.events);
      });
      for (let round = 0; round < 4; round++) {
        writers = from.map((start, i) => new Writer(path, String(i), start));
        const enough = 5 + Math.floor(random() * 40);
        await eventually(() => writers.every((each, i) => each.last - from[i]! >= enough), "all have written", 30_000);
        await Promise.all(writers.map((each) => each.kill()));
        const reopened = new EmbeddedStore(settings, systemClock, seededRandom(2));
        const past: StoreEvent[] = [];
        const end = (await reopened.list("/crash/")).revision;
        reopened.watch("/crash/", revision, (message) => {
          if (message.kind === "events") past.push(...message.events);
        });
        await eventually(() => past.at(-1)?.revision === end && live.at(-1)?.revision === end, "all history was told");
        assert.deepEqual(live, past);
        for (const [i, writer] of writers.entries()) {
          assert.deepEqual(faultsOf(writer, String(i), past), []);
          from[i] = writer.last + 2;
        }
        await reopened.close();
      }
    } finally {
      for (const writer of writers) await writer.kill();
      await watcher.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
