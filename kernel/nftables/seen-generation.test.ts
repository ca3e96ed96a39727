import assert from "node:assert/strict";
import { SeenGeneration } from "./seen-generation.ts";

describe("what a look at nftables has seen", () => {
  it("is everything up to its generation, also across the end of the 16 bits that are told", () => {
    const seen = new SeenGeneration();
    assert.equal(seen.has(7), false);
    seen.looking();
    assert.equal(seen.saw(0x1_0002), true);
    assert.deepEqual(
      [0xffff, 0, 2, 3, 100].map((generation) => seen.has(generation)),
      [true, true, true, false, false],
    );
    assert.equal(seen.has(undefined), false);
    seen.forget();
    assert.equal(seen.has(2), false);
  });

  it("is open for what is heard while it looks, until it ends", () => {
    const seen = new SeenGeneration();
    seen.looking();
    assert.equal(seen.has(41), false);
    assert.equal(seen.saw(41), true);
    for (const news of [42, undefined]) {
      seen.looking();
      assert.equal(seen.has(41), false);
      assert.equal(seen.has(news), false);
      assert.equal(seen.saw(41), false);
    }
    seen.looking();
    seen.forget();
    assert.equal(seen.saw(41), false);
  });
});
