import assert from "node:assert/strict";
import { Network } from "../sim/network.ts";

/** Two routers; what of `us` is told as known, by family. */
function setUp() {
  const told: string[] = [];
  const net = new Network({
    seed: 1,
    tell: (router, fact) => {
      if (router === "us" && fact.fact === "bgp.in-sync") told.push(`${fact.family}: ${fact.why}`);
    },
  });
  const us = net.router("us", 65001, { gracefulRestart: { restartSeconds: 60, stalePathSeconds: 60 } });
  const them = net.router("them", 65002);
  return { net, us, them, told };
}

describe("peers whose address is not known yet", () => {
  it("are waited for before anything counts as known, family by family", () => {
    const { net, us, them, told } = setUp();
    us.speaker.setAwaited(["ipv6"]);
    net.link(us, them);
    net.run(20);
    assert.deepEqual(told, ["ipv4: every configured peer has said End-of-RIB"]);
    us.speaker.setAwaited([]);
    assert.equal(told[1], "ipv6: every configured peer has said End-of-RIB");
  });

  it("are not waited for longer than a restart may take", () => {
    const { net, us, told } = setUp();
    us.speaker.setAwaited(["ipv4", "ipv6"]);
    net.run(59);
    assert.deepEqual(told, []);
    net.run(2);
    assert.deepEqual(told, ["ipv4: 60 s are over", "ipv6: 60 s are over"]);
  });

  it("change nothing where there are none: no peer at all is no reason to know everything", () => {
    const { us, told } = setUp();
    us.speaker.setAwaited([]);
    assert.deepEqual(told, []);
  });
});
