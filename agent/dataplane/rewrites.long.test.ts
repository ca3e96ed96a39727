import assert from "node:assert/strict";
import type { DataplaneKind } from "./dataplane.ts";
import { assertNothingLost } from "./io/nothing-lost.ts";
import { rewriteRun } from "./io/rewrite-run.ts";

const kinds: readonly DataplaneKind[] = ["nftables", "iptables-nft", "iptables-legacy"];
const SECONDS = 300;

describe("policies rewritten fifty times a second for five minutes", function () {
  this.timeout((SECONDS + 60) * 1000);

  for (const [seed, kind] of kinds.entries()) {
    it(`${kind}: an allowed flow loses no packet and a denied one passes none`, async () => {
      const run = await rewriteRun({ kind, seconds: SECONDS, seed: 100 + seed, restarts: 0.5, tell: () => {} });
      console.log(`      ${JSON.stringify(run)}`);
      assertNothingLost(run);
      assert.ok(run.rewrites > SECONDS * 45 && run.restarts > 50, `${run.rewrites} rewrites, ${run.restarts} restarts`);
    });
  }
});
