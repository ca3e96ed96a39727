import assert from "node:assert/strict";
import { damagedMessages } from "./decoder.contract.ts";

const count = 1_000_000;

describe("decoders, at length", function () {
  this.timeout(600_000);

  it(`make a value or a verdict of ${count} damaged messages, and keep nothing of them`, () => {
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    const start = performance.now();
    const figures = damagedMessages(4271, count);
    const seconds = Math.round((performance.now() - start) / 100) / 10;
    console.log(JSON.stringify({ figure: "damaged messages", seconds, ...figures }));
    globalThis.gc?.();
    // Without --expose-gc the garbage of the last moments is counted too.
    const grown = process.memoryUsage().heapUsed - before;
    assert.ok(grown < 64 << 20, `${grown} octets more on the heap than before`);
    assert.ok(figures.mostOctets < 32 << 20, `tables of ${figures.mostOctets} octets`);
  });
});
