import assert from "node:assert/strict";
import type { DataplaneKind } from "../dataplane.ts";
import { disagreement, type Turn, turnsOf } from "../sim/agreement.ts";
import { optionWorlds } from "../sim/option-worlds.ts";
import { withLabs } from "./dataplane-lab.ts";

const kinds: readonly DataplaneKind[] = ["nftables", "iptables-nft", "iptables-legacy"];
const CASES = 300;
const LABS = 4;
/** Cases of workloads alone, as on a node without host endpoints: hooks that nothing needs are not there. */
const PLAIN = 40;

function* cases(): Generator<Turn> {
  yield* turnsOf(1, CASES - PLAIN, optionWorlds, 13);
  for (const turn of turnsOf(1, PLAIN, optionWorlds, 8)) yield { ...turn, workloadsOnly: true };
}

describe("a firewall of the kernel and the reference", function () {
  this.timeout(300_000);
  for (const kind of kinds) {
    it(`agree on ${CASES} random policies: ${kind} decides each packet by the same rules, whatever options say`, async () => {
      const tally = await withLabs(`manx-policy-${process.pid}-a`, kind, LABS, (labs) => disagreement(labs, cases()));
      assert.ok(typeof tally === "object", String(tally));
      assert.equal(tally.cases, CASES);
      assert.ok(tally.packets >= 20 * CASES);
      const share = tally.allowed / tally.packets;
      assert.ok(share > 0.2 && share < 0.8, `${share} of ${tally.packets} packets allowed`);
    });
  }
});
