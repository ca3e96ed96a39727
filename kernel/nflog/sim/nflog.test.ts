import assert from "node:assert/strict";
import { nflogContract } from "../nflog.contract.ts";
import { SimNflog } from "./nflog.ts";
import { udpToItself } from "./sample-packet.ts";

describe("simulated packet logging", () => {
  nflogContract(() => {
    const nflog = new SimNflog();
    return {
      open: nflog.open,
      netns: {},
      loopback: 1,
      send: (family, payload) =>
        nflog.log(77, {
          octets: udpToItself(family, payload),
          prefix: `udp of ${family}`,
          hook: "output",
          outInterface: 1,
          mark: 7,
        }),
      eventually: async (what, holds) => {
        for (let turn = 0; turn < 100 && !holds(); turn++) await null;
        assert.ok(holds(), what);
      },
      close() {},
    };
  });

  it("loses what it is told to", async () => {
    const nflog = new SimNflog();
    let lost = 0;
    const count = (some: number) => (lost += some);
    await nflog.open({ group: 1 }, { packet: () => {}, lost: count, failed: () => {} });
    nflog.lose(1, 3);
    nflog.lose(2, 5);
    assert.equal(lost, 3);
  });
});
