import assert from "node:assert/strict";
import fc from "fast-check";
import { seededRandom } from "../../lib/random.ts";
import { millis } from "../../lib/unit.ts";
import { ipv6 } from "../../net/address.ts";
import { mostAnswers, PendingAnswers } from "./pending-answers.ts";

const address = (d: number) => ipv6(0xfe800000, 0, 0, d);

describe("answers to those who ask", () => {
  it("leave within half a second, one for each who asked, and never more than eight wait", () => {
    const question = fc.record({ who: fc.integer({ min: 1, max: 12 }), gap: fc.nat(200) });
    fc.assert(
      fc.property(fc.nat(), fc.array(question, { maxLength: 60 }), (seed, questions) => {
        const random = seededRandom(seed);
        const answers = new PendingAnswers();
        const waiting = new Map<number, number>();
        let now = 0;
        for (const { who, gap } of questions) {
          now += gap;
          for (const { d } of answers.take(millis(now))) {
            assert.ok(waiting.delete(d), "nobody asked");
          }
          for (const at of waiting.values()) assert.ok(at + 500 > now, "an answer is late");
          const isTaken = answers.ask(address(who), millis(now), random);
          assert.equal(isTaken, waiting.has(who) || waiting.size < mostAnswers);
          if (isTaken && !waiting.has(who)) waiting.set(who, now);
          assert.equal(answers.nextAt === undefined, waiting.size === 0);
        }
        assert.equal(answers.take(millis(now + 500)).length, waiting.size);
        assert.equal(answers.nextAt, undefined);
      }),
    );
  });
});
