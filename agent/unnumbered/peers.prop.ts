import assert from "node:assert/strict";
import fc from "fast-check";
import { UnnumberedBench } from "./sim/bench.ts";

const names = ["eth0", "eth1", "eth2"] as const;
const addresses = fc.uniqueArray(fc.constantFrom("fe80::1", "fe80::2", "fe80::3"), { maxLength: 2 });
const wish = fc.uniqueArray(fc.constantFrom(...names));
const step = fc.oneof(
  fc.record({ kind: fc.constant("hear" as const), name: fc.constantFrom(...names), addresses, isSilent: fc.boolean() }),
  fc.record({ kind: fc.constant("wish" as const), names: wish }),
);

/** What the speaker has after a history, and for whom it waits. */
function outcome(history: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[]): readonly unknown[] {
  const bench = new UnnumberedBench();
  for (const one of history) {
    if (one.kind === "hear") bench.hear(one.name, one.addresses, one.isSilent);
    else bench.unnumbered.set(one.names.map((name) => ({ interface: name, asn: "external" })));
  }
  return [[...bench.peers.keys()].sort(), bench.awaited, bench.unnumbered.waiting().map(({ peer }) => peer.interface)];
}

describe("unnumbered peers", () => {
  it("without a session are a function of who is wanted and who is heard, whatever came before", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (history) => {
        const heard = new Map(history.flatMap((one) => (one.kind === "hear" ? [[one.name, one] as const] : [])));
        const wanted = history.findLast((one) => one.kind === "wish");
        const brief = [...(wanted ? [wanted] : []), ...[...heard.values()].reverse()];
        assert.deepEqual(outcome(history), outcome(brief));
        assert.deepEqual(outcome(history), outcome([...brief].reverse()));
      }),
      { numRuns: 500 },
    );
  });
});
