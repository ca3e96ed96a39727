import assert from "node:assert/strict";
import * as fc from "fast-check";
import { answer, tuple } from "../../kernel/ctnetlink/conntrack.contract.ts";
import { SimConntrack } from "../../kernel/ctnetlink/sim/conntrack.ts";
import { errno } from "../../kernel/errno.ts";
import { SimClock } from "../../lib/sim/clock.ts";
import { seconds } from "../../lib/unit.ts";
import { formatAddress, parseAddress } from "../../net/address-text.ts";
import { FlowCutter } from "./flow-cutter.ts";

const host = fc.integer({ min: 1, max: 4 }).map((n) => `10.65.0.${n}`);
const step = fc.oneof(
  fc.record({ do: fc.constant("open" as const), from: host, to: host, port: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ do: fc.constant("cut" as const), hosts: fc.array(host, { minLength: 1, maxLength: 3 }) }),
  fc.record({ do: fc.constantFrom("refuse" as const, "lose" as const, "interrupt" as const, "pass" as const) }),
);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("the flow cutter", () => {
  it("in the end leaves no flow that was there when its address was cut, and every other", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (history) => {
        const conntrack = new SimConntrack();
        const clock = new SimClock();
        const cutter = new FlowCutter({ conntrack, clock, tell: () => {} });
        const cut = new Set<number>();
        const touched = new Set<string>();
        for (const each of history) {
          if (each.do === "open") {
            const original = tuple(each.from, each.to, { sourcePort: each.port });
            conntrack.open({ original, reply: answer(original) });
          } else if (each.do === "cut") {
            for (const text of each.hosts) touched.add(text);
            const addresses = each.hosts.map((text) => parseAddress(text)!);
            const meant = (text: string) => each.hosts.includes(text);
            for (const { original, id } of conntrack.all()) {
              if (meant(formatAddress(original.source)) || meant(formatAddress(original.destination))) cut.add(id);
            }
            cutter.cut(addresses);
          } else if (each.do === "refuse") conntrack.faults.refuseNext(errno.EPERM);
          else if (each.do === "lose") conntrack.faults.loseAnswers();
          else if (each.do === "interrupt") conntrack.faults.interruptDumps();
          else await turn();
        }
        for (let round = 0; round < 40 && cutter.pending > 0; round++) {
          await turn();
          clock.advance(seconds(30));
        }
        assert.equal(cutter.pending, 0);
        const left = conntrack.all();
        assert.deepEqual(
          left.filter(({ id }) => cut.has(id)),
          [],
        );
        // What was opened to addresses that nobody cut stays.
        const opened = history.filter((each) => each.do === "open" && !touched.has(each.from) && !touched.has(each.to));
        const kept = new Set(opened.map((each) => each.do === "open" && `${each.from} ${each.to} ${each.port}`));
        const untouched = left.filter(
          ({ original }) =>
            !touched.has(formatAddress(original.source)) && !touched.has(formatAddress(original.destination)),
        );
        assert.equal(untouched.length, kept.size);
      }),
    );
  });
});
