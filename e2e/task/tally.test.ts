import assert from "node:assert/strict";
import { closingLine, mochaTally, single, sum } from "./tally.ts";

describe("the tally", () => {
  const ended = (ok: boolean, output: string) => ({ ok, output, seconds: 1 });

  it("takes mocha's counts", () => {
    assert.deepEqual(mochaTally(ended(true, "\n  ...\n\n  72 passing (40ms)\n")), { passed: 72, failed: 0 });
    assert.deepEqual(mochaTally(ended(false, "\n  7 passing (1m)\n  2 failing\n\n  1) x")), { passed: 7, failed: 2 });
  });

  it("counts a run that broke off as a failure", () => {
    assert.deepEqual(mochaTally(ended(false, "SyntaxError: x")), { passed: 0, failed: 1 });
    assert.deepEqual(mochaTally(ended(false, "  5 passing (1s)\nmocha did not end in 9 s\n")), {
      passed: 5,
      failed: 1,
    });
    assert.deepEqual(single(ended(false, "")), { passed: 0, failed: 1 });
  });

  it("closes with one line", () => {
    assert.equal(closingLine(sum([single(ended(true, "")), { passed: 72, failed: 2 }])), "73 passed, 2 failed");
  });
});
