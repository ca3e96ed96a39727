import assert from "node:assert/strict";
import fc from "fast-check";
import { FrameCounter } from "./frame-counter.ts";

describe("FrameCounter", () => {
  it("finds every frame, whatever the chunks", () => {
    const frames = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 20 });
    fc.assert(
      fc.property(
        frames,
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        fc.boolean(),
        (sizes, cuts, asks) => {
          const starts: number[] = [];
          const parts = [Buffer.alloc(asks ? 24 : 0)];
          for (const size of sizes) {
            starts.push(Buffer.concat(parts).length);
            parts.push(Buffer.from([0, size >> 8, size & 255, 0, 0, 0, 0, 0, 1]), Buffer.alloc(size, 0xff));
          }
          const octets = Buffer.concat(parts);
          const counter = new FrameCounter(asks);
          const found: number[] = [];
          for (let at = 0, i = 0; at < octets.length; i++) {
            const chunk = octets.subarray(at, at + cuts[i % cuts.length]!);
            for (const start of counter.add(chunk)) found.push(at + start);
            at += chunk.length;
          }
          assert.deepEqual(found, starts);
        },
      ),
    );
  });
});
