import assert from "node:assert/strict";
import { assertNothingLost } from "../dataplane/io/nothing-lost.ts";
import { agentRewriteRun, dataplaneSettings } from "./agent-rewrites.ts";

const SECONDS = 300;

describe("an agent that is killed again and again for five minutes while policies are rewritten fifty times a second", function () {
  this.timeout((SECONDS + 60) * 1000);

  for (const [name, variables] of Object.entries(dataplaneSettings)) {
    it(`${name}: an allowed flow loses no packet and a denied one passes none`, async () => {
      const run = await agentRewriteRun({ variables, seconds: SECONDS, seed: 2, life: [1, 3] });
      console.log(`      ${JSON.stringify(run)}`);
      assertNothingLost(run);
      assert.ok(run.writes > SECONDS * 45 && run.kills > SECONDS / 4, `${run.writes} writes, ${run.kills} kills`);
    });
  }
});
