import assert from "node:assert/strict";
import type { BgpFact } from "../fact.ts";
import { Network, type Router } from "../sim/network.ts";

function lab(): { net: Network; x: Router; y: Router; heard: string[]; downs: () => number } {
  const facts: BgpFact[] = [];
  const net = new Network({ seed: 7, tell: (router, fact) => void (router === "x" && facts.push(fact)) });
  const [x, y] = [net.router("x", 65000), net.router("y", 65001)];
  return {
    net,
    x,
    y,
    get heard() {
      return facts.flatMap((fact) => (fact.fact === "bgp.listening" ? [`${fact.address} ${fact.port}`] : []));
    },
    downs: () => facts.filter(({ fact }) => fact === "bgp.session-down").length,
  };
}

const isUp = ({ speaker }: Router): boolean => speaker.status().peers[0]?.state === "Established";

describe("where a speaker waits for callers", () => {
  it("moves while it runs; a session that is up stays, and who calls later finds the new place", () => {
    const one = lab();
    const { net, x, y } = one;
    x.speaker.setPeer({ address: y.address, asn: y.asn, localAddress: x.address, passive: true });
    y.speaker.setPeer({ address: x.address, asn: x.asn, localAddress: y.address });
    net.run(30);
    assert.ok(isUp(x));
    x.speaker.setListen([{ address: x.address, port: 1790 }]);
    net.run(300);
    assert.ok(isUp(x));
    assert.equal(one.downs(), 0);
    assert.deepEqual(one.heard, ["10.255.0.1 179", "10.255.0.1 1790"]);
    y.speaker.setPeer({ address: x.address, asn: x.asn, localAddress: y.address, port: 1790 });
    net.run(300);
    assert.ok(isUp(x));
    assert.equal(one.downs(), 0, "where to call is no affair of a session that is up");
    net.cut(x, y);
    net.run(200);
    net.heal(x, y);
    net.run(120);
    assert.deepEqual([isUp(x), one.downs()], [true, 1], "called at the new port");
    x.speaker.setListen([]);
    y.speaker.removePeer(x.address);
    y.speaker.setPeer({ address: x.address, asn: x.asn, localAddress: y.address, port: 1790 });
    net.run(60);
    assert.ok(!isUp(x), "nobody waits anywhere");
  });

  it("has the peers' keys wherever it is, and is the same place when it is said again", () => {
    const one = lab();
    const { net, x, y } = one;
    x.speaker.setListen([{ address: x.address, port: 1790 }]);
    x.speaker.setPeer({ address: y.address, asn: y.asn, localAddress: x.address, passive: true, password: "a" });
    x.speaker.setListen([{ address: x.address, port: 1790 }]);
    y.speaker.setPeer({ address: x.address, asn: x.asn, localAddress: y.address, port: 1790, password: "b" });
    net.run(60);
    assert.ok(!isUp(x), "another key");
    y.speaker.setPeer({ address: x.address, asn: x.asn, localAddress: y.address, port: 1790, password: "a" });
    net.run(60);
    assert.ok(isUp(x));
    assert.deepEqual(one.heard, ["10.255.0.1 1790"]);
  });
});
