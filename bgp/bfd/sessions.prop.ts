import assert from "node:assert/strict";
import fc from "fast-check";
import { seededRandom } from "../../lib/random.ts";
import { SimClock } from "../../lib/sim/clock.ts";
import { millis, seconds } from "../../lib/unit.ts";
import { ipv4 } from "../../net/address.ts";
import { BfdLink, type LinkedHost } from "../sim/bfd-link.ts";
import { type BfdPacket, readBfdPacket } from "./packet.ts";
import type { BfdTerms } from "./port.ts";
import { mergeTerms } from "./terms.ts";

const terms: fc.Arbitrary<BfdTerms> = fc.record({
  minTxMs: fc.integer({ min: 10, max: 2000 }),
  minRxMs: fc.integer({ min: 10, max: 2000 }),
  multiplier: fc.integer({ min: 1, max: 5 }),
});

/** What may happen at one of two ends, or to what is between them. */
const event = fc.oneof(
  fc.record({ kind: fc.constant("watch" as const), end: fc.nat(1), watcher: fc.nat(2), terms }),
  fc.record({ kind: fc.constant("unwatch" as const), end: fc.nat(1), watcher: fc.nat(2) }),
  fc.record({ kind: fc.constant("lose" as const), loss: fc.constantFrom(0, 0.3, 1) }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 4000 }) }),
);

const lastPacket = (host: LinkedHost): BfdPacket => readBfdPacket(host.sent.at(-1)!.octets) as BfdPacket;

describe("two BFD sessions after any history", () => {
  it("are up when both are watched and packets pass, at the terms wanted now; and quiet when nobody watches", () => {
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 30, size: "max" }),
        fc.array(terms, { minLength: 2, maxLength: 2 }),
        (history, last) => {
          const clock = new SimClock();
          const link = new BfdLink(clock, seededRandom(history.length));
          const ends = [link.host(ipv4(1)), link.host(ipv4(2))] as const;
          const way = (end: number, of: BfdTerms) => ({ remote: ends[1 - end]!.address, zone: "", terms: of });
          for (const one of history) {
            if (one.kind === "watch") ends[one.end]!.sessions.watch(one.watcher, way(one.end, one.terms));
            else if (one.kind === "unwatch") ends[one.end]!.sessions.unwatch(one.watcher);
            else if (one.kind === "lose") link.loss = one.loss;
            else clock.advance(millis(one.ms));
          }
          link.loss = 0;
          for (const [i, end] of ends.entries()) {
            for (const watcher of [0, 1, 2]) end.sessions.unwatch(watcher);
            end.sessions.watch(9, way(i, last[i]!));
          }
          clock.advance(seconds(40));
          for (const [i, end] of ends.entries()) {
            assert.equal(end.heard.get(9)?.at(-1)?.state, "Up");
            const { state, poll, final, ...said } = lastPacket(end);
            const { minTxMs, minRxMs, multiplier } = mergeTerms([last[i]!]);
            assert.deepEqual([said.minTxMs, said.minRxMs, said.multiplier], [minTxMs, minRxMs, multiplier]);
            assert.deepEqual([state, poll], ["Up", false]);
          }
          for (const end of ends) end.sessions.unwatch(9);
          clock.advance(seconds(60));
          assert.deepEqual([ends[0].sessions.size, ends[1].sessions.size, clock.next()], [0, 0, undefined]);
        },
      ),
      { numRuns: 60 },
    );
  });
});
