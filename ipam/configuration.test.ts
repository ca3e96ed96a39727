import assert from "node:assert/strict";
import { configurationRefusal } from "./configuration.ts";

describe("a configuration of IPAM", () => {
  it("is refused when nobody could get an address, or a limit would send everybody borrowing", () => {
    assert.match(
      configurationRefusal({}) ?? "",
      /^Cannot disable 'StrictAffinity' and 'AutoAllocateBlocks' at the same time$/,
    );
    assert.match(
      configurationRefusal({ auto_allocate_blocks: true, maxBlocksPerHost: 3 }) ?? "",
      /^MaxBlocksPerHost requires StrictAffinity to be enabled$/,
    );
    assert.match(configurationRefusal({ auto_allocate_blocks: true, ipCooldownSeconds: 1201 }) ?? "", /0 to 1200/);
  });

  it("is taken otherwise", () => {
    for (const config of [
      { auto_allocate_blocks: true },
      { strict_affinity: true },
      { strict_affinity: true, auto_allocate_blocks: true, maxBlocksPerHost: 3, ipCooldownSeconds: 1200 },
    ]) {
      assert.equal(configurationRefusal(config), undefined);
    }
  });
});
