import assert from "node:assert/strict";
import type { FrameCut } from "./io/etcd/cut-proxy.ts";
import { type EtcdProcess, startEtcd, startMembers } from "./io/etcd/etcd-process.ts";
import { clusterBench, cutAt, cutBench } from "./io/etcd/fault-walks.contract.ts";
import { type FaultBench, type WalkTally, walkAtRandom } from "./store-faults.contract.ts";

/** The seed of the first walk; each run of this file walks elsewhere, and says where when it fails. */
const first = Math.floor(Date.now() / 1000) % 1_000_000;

async function walked(bench: FaultBench, seed: number, steps: number): Promise<WalkTally> {
  try {
    return await walkAtRandom(bench, seed, steps);
  } catch (error) {
    throw new Error(`seed ${seed}`, { cause: error });
  } finally {
    await bench.stop();
  }
}

describe("EtcdStore, for long", () => {
  let etcd: EtcdProcess;
  beforeEach(async () => {
    etcd = await startEtcd();
  });
  afterEach(() => etcd.stop());

  it("loses and doubles nothing whichever frame is the last that passes, wholly or in part", async function () {
    this.timeout(600_000);
    const { frames } = await cutAt(etcd, undefined);
    let cuts = 0;
    for (let frame = 1; frame <= frames + 10; frame++) {
      const both = (["before", "inside"] as const).map((where): FrameCut => ({ frame, where }));
      for (const tally of await Promise.all(both.map((cut) => cutAt(etcd, cut)))) cuts += tally.cuts;
    }
    console.log(`      ${cuts} cuts in ${frames} frames`);
    assert(cuts > 1.6 * frames);
  });

  it("walks far at random through cuts and compactions", async function () {
    this.timeout(900_000);
    const sum = { commits: 0, unknown: 0, compacted: 0, interrupted: 0 };
    for (let seed = first; seed < first + 200; seed += 5) {
      const five = [0, 1, 2, 3, 4].map(async (i) => walked(await cutBench(etcd), seed + i, 300));
      for (const tally of await Promise.all(five)) {
        for (const key of ["commits", "unknown", "compacted", "interrupted"] as const) sum[key] += tally[key];
      }
    }
    console.log(`      from seed ${first}: ${JSON.stringify(sum)}`);
  });
});

describe("EtcdStore at three members, for long", () => {
  it("walks far while the leader changes and dies", async function () {
    this.timeout(900_000);
    const members = await startMembers(3, ["--heartbeat-interval", "50", "--election-timeout", "300"]);
    const seen = { moved: 0, killed: 0 };
    try {
      for (let seed = first; seed < first + 20; seed++) {
        await walked(
          clusterBench(members, (what) => void seen[what]++),
          seed,
          600,
        );
      }
      console.log(`      from seed ${first}: ${JSON.stringify(seen)}`);
      assert(seen.moved > 50 && seen.killed > 10, JSON.stringify(seen));
    } finally {
      await Promise.all(members.map((member) => member.stop()));
    }
  });
});
