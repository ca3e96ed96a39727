import assert from "node:assert/strict";
import fc from "fast-check";
import { seededRandom } from "../../lib/random.ts";
import { millis, seconds } from "../../lib/unit.ts";
import { advertised, asked, beginAdvertising, beginSoliciting, holdOf, reassured, solicited } from "./timing.ts";

describe("the timing of router discovery", () => {
  it("starts with three advertisements three seconds apart, then has pauses of 7.5 to 10 s", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const random = seededRandom(seed);
        let state = beginAdvertising(seconds(100));
        const pauses = [];
        for (let i = 0; i < 20; i++) {
          const next = advertised(state, state.nextAt, random);
          pauses.push(next.nextAt - state.nextAt);
          state = next;
        }
        assert.deepEqual(pauses.slice(0, 2), [3000, 3000]);
        for (const pause of pauses.slice(2)) assert.ok(pause >= 7500 && pause <= 10_000, `${pause}`);
      }),
    );
  });

  it("answers those who ask within half a second, but no two within three, and never later than it would have", () => {
    const times = fc.array(fc.nat(5000), { maxLength: 40 });
    fc.assert(
      fc.property(fc.nat(), times, (seed, gaps) => {
        const random = seededRandom(seed);
        let state = beginAdvertising(millis(0));
        let now = 0;
        const sent: number[] = [];
        for (const gap of gaps) {
          for (; state.nextAt <= now + gap; state = advertised(state, state.nextAt, random)) sent.push(state.nextAt);
          now += gap;
          const before = state.nextAt;
          state = asked(state, millis(now), random);
          const earliest = Math.max(now, (state.lastAt ?? -3000) + 3000);
          assert.ok(state.nextAt <= Math.max(earliest + 500, 0) && state.nextAt <= before);
        }
        for (const [i, at] of sent.entries()) if (i > 0) assert.ok(at - sent[i - 1]! >= 3000, sent.join());
      }),
    );
  });

  it("asks three times, four seconds apart, and again so before a neighbour would be let go", () => {
    let state = beginSoliciting(millis(0));
    const at = [];
    for (; state.nextAt !== undefined; state = solicited(state, state.nextAt)) at.push(state.nextAt);
    assert.deepEqual(at, [0, 4000, 8000]);
    assert.equal(reassured(seconds(1800)).nextAt, 1_788_000);
  });

  it("holds a neighbour for three of our intervals, or its router lifetime where that is longer", () => {
    assert.deepEqual([0, 9, 30, 1800, 65535].map(holdOf), [30_000, 30_000, 30_000, 1_800_000, 65_535_000]);
  });
});
