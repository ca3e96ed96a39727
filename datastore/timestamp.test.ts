import assert from "node:assert/strict";
import fc from "fast-check";
import { formatTimestamp } from "./timestamp.ts";

describe("formatTimestamp", () => {
  it("agrees with the platform's calendar", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(2400, 0, 1) }), (ms) => {
        assert.equal(formatTimestamp(ms), `${new Date(ms).toISOString().slice(0, 19)}Z`);
      }),
    );
  });
});
