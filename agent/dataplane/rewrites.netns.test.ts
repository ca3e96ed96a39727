import assert from "node:assert/strict";
import type { DataplaneKind } from "./dataplane.ts";
import { assertNothingLost } from "./io/nothing-lost.ts";
import type { DataplaneFact } from "./io/open.ts";
import { rewriteRun } from "./io/rewrite-run.ts";

const kinds: readonly DataplaneKind[] = ["nftables", "iptables-nft", "iptables-legacy"];

describe("policies rewritten fifty times a second", function () {
  this.timeout(40_000);

  for (const [seed, kind] of kinds.entries()) {
    it(`${kind}: an allowed flow loses no packet and a denied one passes none, also when the keeper dies and comes back`, async () => {
      const facts: DataplaneFact[] = [];
      const run = await rewriteRun({ kind, seconds: 4.5, seed, restarts: 1.5, tell: (fact) => void facts.push(fact) });
      assertNothingLost(run);
      assert.ok(run.rewrites > 50 && run.restarts > 0, JSON.stringify(run));
      assert.deepEqual(
        facts.filter(({ fact }) => !fact.endsWith(".adopted")),
        [],
        "nothing is refused, tried again or disturbed",
      );
    });
  }
});
