import assert from "node:assert/strict";
import { parsePrefix } from "../../net/prefix.ts";
import type { BgpFact } from "../fact.ts";
import { SimBfd } from "../sim/bfd.ts";
import { Network, type Router } from "../sim/network.ts";

const prefix = parsePrefix("10.1.0.0/16")!;
const them = "10.255.0.2";

describe("BFD beside BGP (RFC 5882 4)", () => {
  let bfd: SimBfd;
  let facts: BgpFact[];
  let net: Network;
  let us: Router;
  let peer: Router;

  beforeEach(() => {
    bfd = new SimBfd();
    facts = [];
    net = new Network({ seed: 7, tell: (router, fact) => void (router === "us" && facts.push(fact)) });
    us = net.router("us", 65001, { bfd });
    peer = net.router("them", 65002);
    net.link(us, peer, { bfd: {} });
    peer.speaker.announce(prefix);
  });

  const state = (): string => us.speaker.status().peers[0]!.state;
  const why = (): string => us.speaker.status().peers[0]!.why;
  const received = (): number => net.routes(us).size;
  const downs = (): string[] => facts.flatMap((one) => (one.fact === "bgp.session-down" ? [one.why] : []));
  const causes = (): string[] => facts.flatMap((one) => (one.fact === "bgp.notification-sent" ? [one.text] : []));

  it("lets a session come up whether BFD does or not", () => {
    net.run(10);
    assert.equal(state(), "Established");
    assert.equal(bfd.watched.length, 1);
    bfd.say(them, "Init");
    bfd.say(them, "Down", "Control Detection Time Expired");
    net.run(1);
    assert.equal(state(), "Established", "it was never Up, so its fall says nothing");
  });

  it("ends the session when BFD falls from Up: Cease/10, routes gone at once, why in words (RFC 9384)", () => {
    net.run(10);
    assert.equal(received(), 1);
    bfd.say(them, "Up");
    net.run(1);
    bfd.say(them, "Down", "Control Detection Time Expired");
    assert.notEqual(state(), "Established");
    assert.match(why(), /^BFD: Control Detection Time Expired/);
    net.clock.advance(0 as never);
    assert.equal(received(), 0, "graceful restart keeps nothing when forwarding is gone");
    assert.match(causes().join(), /BFD Down/);
    net.run(10);
    assert.equal(state(), "Established", "it is called again, with BFD still down");
    assert.deepEqual(downs(), ["BFD: Control Detection Time Expired"]);
  });

  it("keeps the session when either end switches BFD off, and also after the way is lost then", () => {
    net.run(10);
    bfd.say(them, "Up");
    bfd.say(them, "AdminDown", "the peer has switched BFD off");
    bfd.say(them, "Down", "no packet of the peer has come");
    bfd.say(them, "Up");
    net.run(100);
    assert.equal(state(), "Established");
    assert.deepEqual(downs(), []);
  });

  it("tells each state once", () => {
    net.run(10);
    bfd.say(them, "Up");
    bfd.say(them, "Up");
    const told = facts.flatMap((one) => (one.fact === "bgp.bfd-state" ? [one.state] : []));
    assert.deepEqual(told, ["Down", "Up"]);
  });

  it("changes terms without a fall: the new watch begins before the old one ends", () => {
    net.run(10);
    bfd.say(them, "Up");
    let most = 0;
    const watch = bfd.watch.bind(bfd);
    bfd.watch = (way, hear) => {
      const cancel = watch(way, (next) => next.state === "Down" || hear(next));
      most = Math.max(most, bfd.watched.length);
      hear({ state: "Up", reason: "" });
      return cancel;
    };
    net.link(us, peer, { bfd: { minTxMs: 50, minRxMs: 50 } });
    net.run(5);
    assert.equal(most, 2);
    assert.deepEqual(
      bfd.watched.map(({ way }) => way.terms),
      [{ minTxMs: 50, minRxMs: 50 }],
    );
    assert.equal(state(), "Established");
    assert.deepEqual(downs(), []);
  });

  it("watches no more when the peer is not asked to, is removed, or the speaker closes", () => {
    net.run(5);
    net.link(us, peer, {});
    assert.equal(bfd.watched.length, 0);
    net.link(us, peer, { bfd: {} });
    assert.equal(bfd.watched.length, 1);
    us.speaker.removePeer(peer.address);
    assert.equal(bfd.watched.length, 0);
    net.link(us, peer, { bfd: { multihop: true } });
    assert.equal(bfd.watched[0]!.way.terms.multihop, true);
    us.speaker.close({ kind: "silent" });
    assert.equal(bfd.watched.length, 0);
  });

  it("says that nobody watches when the speaker has no BFD, and goes on", () => {
    net.link(peer, us, { bfd: {} });
    const alone: BgpFact[] = [];
    const other = new Network({ seed: 8, tell: (_, fact) => void alone.push(fact) });
    other.link(other.router("a", 1), other.router("b", 2), { bfd: {} });
    other.run(10);
    assert.ok(alone.some((one) => one.fact === "bgp.bfd-unwatched" && one.peer === "10.255.0.2"));
    assert.ok(alone.some((one) => one.fact === "bgp.session-up"));
  });
});
