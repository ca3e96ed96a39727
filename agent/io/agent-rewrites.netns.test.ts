import assert from "node:assert/strict";
import { assertNothingLost } from "../dataplane/io/nothing-lost.ts";
import { agentRewriteRun, dataplaneSettings } from "./agent-rewrites.ts";

describe("an agent that is killed while policies are rewritten fifty times a second", function () {
  this.timeout(40_000);

  for (const [name, variables] of Object.entries(dataplaneSettings)) {
    it(`${name}: an allowed flow loses no packet and a denied one passes none`, async () => {
      const run = await agentRewriteRun({ variables, seconds: 2.5, seed: 1, life: [0.3, 1] });
      assertNothingLost(run);
      assert.ok(run.writes > 50 && run.kills > 1, JSON.stringify(run));
    });
  }
});
