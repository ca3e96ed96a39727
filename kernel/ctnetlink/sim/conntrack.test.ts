import assert from "node:assert/strict";
import { errno } from "../../errno.ts";
import { answer, conntrackContract, tuple } from "../conntrack.contract.ts";
import { SimConntrack } from "./conntrack.ts";

describe("a simulated connection table", () => {
  conntrackContract(() => {
    const conntrack = new SimConntrack();
    return {
      conntrack,
      open: ({ original, reply, zone }) =>
        void conntrack.open({ original, reply: reply ?? answer(original), ...(zone !== undefined && { zone }) }),
      close() {},
    };
  });

  it("gets wrong what it is told to", async () => {
    const conntrack = new SimConntrack();
    const flow = conntrack.open({ original: tuple("10.0.0.1", "10.0.0.2"), reply: tuple("10.0.0.2", "10.0.0.1") });
    conntrack.faults.refuseNext(errno.EPERM);
    await assert.rejects(conntrack.deleteFlow(flow), { code: "kernel/refused" });
    conntrack.faults.interruptDumps();
    await assert.rejects(conntrack.flows({}), { code: "kernel/interrupted" });
    assert.equal(await conntrack.deleteFlow(flow), true);
  });
});
