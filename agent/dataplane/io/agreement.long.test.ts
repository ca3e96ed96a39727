import assert from "node:assert/strict";
import type { DataplaneKind } from "../dataplane.ts";
import { disagreement, type Tally, turnsOf } from "../sim/agreement.ts";
import { optionWorlds } from "../sim/option-worlds.ts";
import { CasesDone } from "./cases-done.ts";
import { withLabs } from "./dataplane-lab.ts";

/** 100,000 together. */
const CASES = { nftables: 70_000, "iptables-nft": 15_000, "iptables-legacy": 15_000 } as const;
const FIRST_SEED = 1_000_000;
const LABS = 4;
/** After so many cases the count is written down. */
const AT_ONCE = 100;
const IN_A_WORLD = 20;

for (const [kind, total] of Object.entries(CASES) as [DataplaneKind, number][]) {
  describe(`${kind} and the reference on ${total} random policies`, function () {
    this.timeout(3_600_000);

    it("agree on every packet and every rule it meets, going on where an earlier run was cut off", async () => {
      const done = new CasesDone(`agreement-${kind}`, total);
      const began = performance.now();
      const sum: Tally = { cases: 0, packets: 0, allowed: 0, counters: 0 };
      await withLabs(`manx-policy-${process.pid}-l`, kind, LABS, async (labs) => {
        while (done.count < total) {
          const count = Math.min(AT_ONCE, total - done.count);
          const tally = await disagreement(labs, turnsOf(FIRST_SEED + done.count, count, optionWorlds, IN_A_WORLD));
          assert.ok(typeof tally === "object", String(tally));
          assert.equal(tally.cases, count);
          done.add(count);
          for (const key of ["cases", "packets", "allowed", "counters"] as const) sum[key] += tally[key];
        }
      });
      done.finish();
      const seconds = Math.round((performance.now() - began) / 1000);
      console.log(JSON.stringify({ figure: `policy cases, ${kind} = reference`, cases: total, seconds, lastRun: sum }));
    });
  });
}
