import assert from "node:assert/strict";
import { systemClock } from "../../../lib/io/clock.ts";
import { seededRandom } from "../../../lib/random.ts";
import { millis } from "../../../lib/unit.ts";
import { Follower } from "../../follower.ts";
import { eventually } from "../../store.contract.ts";
import type { Store } from "../../store.ts";
import { type FaultBench, walkAtRandom } from "../../store-faults.contract.ts";
import type { FrameCut } from "./cut-proxy.ts";
import { type EtcdProcess, startEtcd, startMembers } from "./etcd-process.ts";
import { clusterBench, cutAt, cutBench } from "./fault-walks.contract.ts";
import { enableUsers } from "./gateway.ts";
import { EtcdStore } from "./store.ts";

/** Does all of `work`, a few at a time. */
async function together<T>(work: readonly T[], atOnce: number, act: (each: T) => Promise<void>): Promise<void> {
  const left = [...work].reverse();
  const worker = async () => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) await act(next);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

async function walked(
  bench: FaultBench,
  seed: number,
  steps: number,
): Promise<{ unknown: number; interrupted: number }> {
  try {
    return await walkAtRandom(bench, seed, steps);
  } catch (error) {
    throw new Error(`seed ${seed}`, { cause: error });
  } finally {
    await bench.stop();
  }
}

describe("EtcdStore, through faults", () => {
  let etcd: EtcdProcess;
  before(async () => {
    etcd = await startEtcd();
  });
  after(() => etcd.stop());

  it("loses and doubles nothing when the connection breaks at any message of a piece of work, or inside it", async function () {
    this.timeout(60_000);
    const { frames } = await cutAt(etcd, undefined);
    assert(frames > 30, `${frames} frames`);
    const cuts = Array.from(
      { length: frames + 4 },
      (_, i): FrameCut => ({ frame: i + 1, where: i % 2 === 0 ? "before" : "inside" }),
    );
    let interrupted = 0;
    let done = 0;
    await together(cuts, 6, async (cut) => {
      const tally = await cutAt(etcd, cut);
      interrupted += tally.interrupted;
      done += tally.cuts;
    });
    assert(done > 0.8 * frames && interrupted > 10, `${done} cuts of ${frames} frames, ${interrupted} watches met one`);
  });

  it("walks at random through cuts and compactions", async function () {
    this.timeout(60_000);
    const sum = { unknown: 0, interrupted: 0 };
    await together([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 5, async (seed) => {
      const tally = await walked(await cutBench(etcd), seed, 150);
      sum.unknown += tally.unknown;
      sum.interrupted += tally.interrupted;
    });
    assert(sum.unknown > 0 && sum.interrupted > 5, JSON.stringify(sum));
  });

  it("lists nothing again when etcd restarts under 200 followers: every watch resumes where it was", async function () {
    this.timeout(60_000);
    const stores = Array.from(
      { length: 20 },
      (_, i) => new EtcdStore({ endpoints: [etcd.endpoint] }, systemClock, seededRandom(i)),
    );
    let lists = 0;
    const counted = (store: EtcdStore): Store => ({
      get: (key) => store.get(key),
      list: (prefix) => {
        lists++;
        return store.list(prefix);
      },
      watch: (prefix, after, tell) => store.watch(prefix, after, tell),
      commit: (compares, puts, deletes) => store.commit(compares, puts, deletes),
      close: () => store.close(),
    });
    const heard = new Map<number, string[]>();
    const followers = Array.from({ length: 200 }, (_, i) => {
      const told: string[] = [];
      heard.set(i, told);
      const changes = (all: readonly { readonly key: string }[]) => void told.push(...all.map(({ key }) => key));
      const ports = { clock: systemClock, random: seededRandom(i), tell: () => {} };
      return new Follower(
        counted(stores[i % 20]!),
        "/storm/",
        { changes, inSync: () => void told.push("in-sync") },
        ports,
      );
    });
    try {
      for (const follower of followers) follower.start();
      await eventually(() => [...heard.values()].every((told) => told.length === 1), "all are in sync", 30_000);
      assert.equal(lists, 200);
      await stores[0]!.commit([], [{ key: "/storm/1", value: "" }], []);
      await etcd.kill();
      await etcd.revive();
      await stores[0]!.commit([], [{ key: "/storm/2", value: "" }], []);
      await eventually(() => [...heard.values()].every((told) => told.length === 3), "all heard both", 30_000);
      for (const told of heard.values()) assert.deepEqual(told, ["in-sync", "/storm/1", "/storm/2"]);
      assert.equal(lists, 200);
    } finally {
      for (const follower of followers) follower.stop();
      for (const store of stores) await store.close();
    }
  });
});

describe("EtcdStore, through faults and expiring tokens", () => {
  it("walks at random", async function () {
    this.timeout(60_000);
    const etcd = await startEtcd(["--auth-token-ttl", "1"]);
    try {
      await enableUsers(etcd.endpoint);
      const user = { username: "root", password: "secret", timeout: millis(4000) };
      await together([21, 22], 2, async (seed) => {
        const bench = await cutBench(etcd, user);
        const idle = async () => {
          for (const until = Date.now() + 1600; Date.now() < until; ) await bench.tick();
        };
        await walked({ ...bench, faults: [...bench.faults, idle] }, seed, 60);
      });
    } finally {
      await etcd.stop();
    }
  });
});

describe("EtcdStore, at three members whose leader changes", () => {
  it("walks at random", async function () {
    this.timeout(90_000);
    const members = await startMembers(3, ["--heartbeat-interval", "50", "--election-timeout", "300"]);
    const seen = { moved: 0, killed: 0 };
    try {
      await walked(
        clusterBench(members, (what) => void seen[what]++),
        31,
        400,
      );
      assert(seen.moved > 2 && seen.killed > 0, JSON.stringify(seen));
    } finally {
      await Promise.all(members.map((member) => member.stop()));
    }
  });
});
