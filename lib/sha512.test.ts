import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { sha512 } from "./sha512.ts";

describe("sha512", () => {
  it("is what node:crypto computes, of lengths around its blocks", () => {
    for (const length of [0, 1, 3, 111, 112, 127, 128, 129, 240, 300]) {
      const octets = Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 255);
      const expected = createHash("sha512").update(octets).digest("hex");
      assert.equal(Buffer.from(sha512(octets)).toString("hex"), expected, `${length} octets`);
    }
  });
});
