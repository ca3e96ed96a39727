import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEtcd } from "../datastore/io/etcd/etcd-process.ts";
import { openStore } from "../datastore/io/open-store.ts";
import { root } from "../datastore/key.ts";
import type { Put, Store } from "../datastore/store.ts";
import { systemClock } from "../lib/io/clock.ts";
import { blockPut, endpointPut } from "./datastore/cluster.ts";

type Environment = Readonly<Record<string, string>>;

/** What a reader prints of itself. */
interface Reading {
  readonly entries: number;
  readonly from_start_ms: number;
  readonly read_ms: number;
  readonly cpu_ms: number;
  readonly peak_mb: number;
  readonly rss_mb: number;
  readonly heap_mb: number;
}

const here = new URL("datastore/", import.meta.url).pathname;
/** `bin/manx agent` runs with the same nursery. */
const flags = ["--expose-gc", "--max-semi-space-size=4"];
/** Puts a transaction while loading. */
const portion = 500;

/**
 * Start with a large datastore: how long until in-sync and how much memory, from etcd and from the embedded store, beside
 * etcdctl that reads the same keys; then how long commits take and until a watch in another process hears of them.
 * `[endpoints [blocks [rounds]]]`; one JSON line a figure. Times of a start are of a whole process, its own start included.
 */
export async function run(argv: readonly string[]): Promise<void> {
  const [endpoints, blocks, rounds] = [100_000, 10_000, 3].map((usual, i) => Number(argv[i] ?? usual));
  const folder = mkdtempSync(join(tmpdir(), "manx-bench-datastore-"));
  const etcd = await startEtcd(["--max-txn-ops", String(portion), "--quota-backend-bytes", "4000000000"]);
  try {
    const puts = [
      ...Array.from({ length: endpoints! }, (_, i) => endpointPut(i)),
      ...Array.from({ length: blocks! }, (_, i) => blockPut(i)),
    ];
    const stores = {
      etcd: { ETCD_ENDPOINTS: etcd.endpoint },
      embedded: { DATASTORE_TYPE: "embedded", EMBEDDED_STORE: join(folder, "store.db") },
    };
    const size = { endpoints, blocks, octets: puts.reduce((sum, { value }) => sum + value.length, 0) };
    for (const [name, environment] of Object.entries(stores)) {
      const store = await openStore(environment, systemClock, Math.random);
      print(`${name}.load_ms`, await load(store, puts), size);
      await store.close();
    }
    await starts(etcd.endpoint, stores, rounds!);
    for (const [name, environment] of Object.entries(stores)) await latencies(name, environment);
  } finally {
    await etcd.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function load(store: Store, puts: readonly Put[]): Promise<number> {
  const begun = performance.now();
  for (let i = 0; i < puts.length; i += portion) await store.commit([], puts.slice(i, i + portion), []);
  return performance.now() - begun;
}

/** The rounds are interleaved, so that what else the machine does meets all alike. */
async function starts(endpoint: string, stores: Readonly<Record<string, Environment>>, rounds: number): Promise<void> {
  const modes = Object.keys(stores).flatMap((store) => ["raw", "agent", "all"].map((mode) => `${store}.${mode}`));
  const readings = new Map<string, Reading[]>(modes.map((mode) => [mode, []]));
  const baseline: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const begun = performance.now();
    const ctl = { ETCDCTL_API: "3", ETCDCTL_ENDPOINTS: endpoint };
    await output("etcdctl", ["get", "--prefix", root], ctl, "ignore");
    baseline.push(performance.now() - begun);
    for (const mode of modes) {
      const [store, what] = mode.split(".") as [string, string];
      const text = await output(process.execPath, [...flags, `${here}reader.ts`, what], stores[store]!);
      readings.get(mode)!.push(JSON.parse(text) as Reading);
    }
  }
  const etcdctl = median(baseline);
  print("etcdctl.get_ms", etcdctl, { rounds });
  for (const [mode, all] of readings) {
    const middle = [...all].sort((x, y) => x.from_start_ms - y.from_start_ms)[all.length >> 1]!;
    const { from_start_ms, ...rest } = middle;
    print(`${mode}.in_sync_ms`, from_start_ms, { ...rest, to_etcdctl: round2(from_start_ms / etcdctl) });
  }
}

/** One process writes a key 1,000 times, this one watches it. */
async function latencies(name: string, environment: Environment): Promise<void> {
  const key = "/calico/bench/latency";
  const store = await openStore(environment, systemClock, Math.random);
  const delays: number[] = [];
  const watch = store.watch(key, (await store.list(key)).revision, (message) => {
    if (message.kind !== "events") return;
    const now = performance.timeOrigin + performance.now();
    for (const event of message.events) if (event.kind === "put") delays.push(now - Number(event.value));
  });
  const commits = JSON.parse(await output(process.execPath, [`${here}writer.ts`, key, "1000", "3"], environment));
  for (const until = performance.now() + 5000; delays.length < 1000 && performance.now() < until; ) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  watch.cancel();
  await store.close();
  spread(`${name}.commit_ms`, commits as number[]);
  spread(`${name}.watch_ms`, delays);
}

function output(
  program: string,
  args: readonly string[],
  more: Environment,
  out: "pipe" | "ignore" = "pipe",
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", out, "inherit"], env: { ...process.env, ...more } });
    let text = "";
    child.stdout?.on("data", (chunk: Buffer) => (text += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve(text) : reject(new Error(`${program} ended with ${code}`))));
  });
}

function spread(name: string, values: readonly number[]): void {
  const sorted = [...values].sort((x, y) => x - y);
  const at = (part: number) => round2(sorted[Math.floor(part * (sorted.length - 1))] ?? Number.NaN);
  print(name, at(0.5), { p95: at(0.95), worst: at(1), n: sorted.length });
}

function median(values: readonly number[]): number {
  return [...values].sort((x, y) => x - y)[values.length >> 1]!;
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}

function print(figure: string, value: number, more: object): void {
  console.log(JSON.stringify({ figure, value: round2(value), ...more }));
}
