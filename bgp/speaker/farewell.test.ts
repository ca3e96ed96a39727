import assert from "node:assert/strict";
import { parsePrefix } from "../../net/prefix.ts";
import type { StopMode } from "../session/session.ts";
import { Network, type Router } from "../sim/network.ts";

const maintenance: StopMode = { kind: "cease", subcode: 2, text: "maintenance until 02:00" };

/** Two routers of which the second has a route of the first, and what the second says of the first. */
function lab(): { net: Network; a: Router; b: Router; why: () => string; routes: () => number } {
  const net = new Network({ seed: 9003 });
  const [a, b] = [net.router("a", 65001), net.router("b", 65002)];
  net.link(a, b);
  a.speaker.announce(parsePrefix("10.1.0.0/16")!);
  net.run(20);
  const why = (): string => b.speaker.status().peers[0]!.why;
  return { net, a, b, why, routes: () => net.routes(b).size };
}

describe("a caller from a range", () => {
  /** A reflector that takes calls, and a node that calls it and has a route. */
  function range(): { net: Network; x: Router; y: Router; peers: () => string[] } {
    const net = new Network({ seed: 12 });
    const [x, y] = [net.router("x", 65000), net.router("y", 65000)];
    x.speaker.setDynamicPeers([{ range: parsePrefix("10.255.0.0/16")!, asn: "internal" }]);
    y.speaker.setPeer({ address: x.address, asn: 65000 });
    y.speaker.announce(parsePrefix("10.2.0.0/16")!);
    net.run(20);
    return { net, x, y, peers: () => x.speaker.status().peers.map(({ state }) => state) };
  }

  it("that restarts gracefully keeps its routes and its place, until its restart time is over", () => {
    const { net, x, y, peers } = range();
    y.speaker.close({ kind: "silent" });
    net.run(100);
    assert.deepEqual([peers(), net.routes(x).size], [["Active"], 1]);
    net.run(30);
    assert.deepEqual([peers(), net.routes(x).size], [[], 0]);
  });

  it("that comes back in time is the same peer, and End-of-RIB sweeps what it no longer has", () => {
    const { net, x, y, peers } = range();
    y.speaker.close({ kind: "silent" });
    net.run(30);
    y.speaker.start();
    net.run(20);
    assert.deepEqual([peers(), net.routes(x).size], [["Established"], 1]);
    net.run(400);
    assert.deepEqual([peers(), net.routes(x).size], [["Established"], 1]);
  });

  it("that says it goes for good is forgotten at once", () => {
    const { net, x, y, peers } = range();
    y.speaker.close({ kind: "cease", subcode: 2 });
    net.run(1);
    assert.deepEqual([peers(), net.routes(x).size], [[], 0]);
  });
});

describe("a speaker's farewell (RFC 9003, RFC 8538)", () => {
  it("to one peer says why in words, and takes the routes along although restarts are graceful", () => {
    const { net, a, b, why, routes } = lab();
    assert.equal(routes(), 1);
    a.speaker.removePeer(b.address, "", maintenance);
    net.run(1);
    assert.match(why(), /Hard Reset \(Cease\/Administrative Shutdown "maintenance until 02:00"\)/);
    assert.equal(routes(), 0);
  });

  it("to one that is no longer configured says just that", () => {
    const { net, a, b, why } = lab();
    a.speaker.removePeer(b.address);
    net.run(1);
    assert.match(why(), /Peer De-configured/);
  });

  it("to all of them says why in words; in silence it says nothing, and the routes stay", () => {
    const loud = lab();
    loud.a.speaker.close(maintenance);
    loud.net.run(1);
    assert.match(loud.why(), /"maintenance until 02:00"/);
    assert.equal(loud.routes(), 0);
    const silent = lab();
    silent.a.speaker.close({ kind: "silent" });
    silent.net.run(1);
    assert.equal(silent.routes(), 1);
  });
});
