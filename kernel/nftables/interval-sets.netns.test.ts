import assert from "node:assert/strict";
import { type ScratchNetns, scratchNetns } from "../io/scratch-netns.ts";
import { intervalTurns } from "./interval-sets.contract.ts";

describe("interval sets in a running kernel", function () {
  this.timeout(60_000);
  let netns: ScratchNetns;
  beforeEach(() => {
    netns = scratchNetns();
  });
  afterEach(() => netns.close());

  it("hold exactly the CIDRs that are wanted, however these overlap, nest or touch, for 100 turns", async () => {
    assert.ok((await intervalTurns(netns, 100, 1)) > 200);
  });
});
