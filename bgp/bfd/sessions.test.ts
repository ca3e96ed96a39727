import assert from "node:assert/strict";
import { seededRandom } from "../../lib/random.ts";
import { SimClock } from "../../lib/sim/clock.ts";
import { millis, seconds } from "../../lib/unit.ts";
import { ipv4, ipv6 } from "../../net/address.ts";
import { BfdLink, type LinkedHost } from "../sim/bfd-link.ts";
import type { BfdArrival } from "./arrival.ts";
import { type BfdPacket, readBfdPacket, writeBfdPacket } from "./packet.ts";
import type { BfdTerms, BfdWay } from "./port.ts";
import { newSession, packetOf } from "./session.ts";
import { defaultTerms } from "./terms.ts";

const to = (host: { readonly address: BfdWay["remote"] }, terms: BfdTerms = {}): BfdWay => {
  return { remote: host.address, zone: "", terms };
};

describe("BFD sessions", () => {
  let clock: SimClock;
  let link: BfdLink;
  let a: LinkedHost;
  let b: LinkedHost;
  beforeEach(() => {
    clock = new SimClock();
    link = new BfdLink(clock, seededRandom(3));
    a = link.host(ipv4(0x0a000001));
    b = link.host(ipv4(0x0a000002));
  });

  const run = (forSeconds: number): void => clock.advance(seconds(forSeconds));
  const states = (host: LinkedHost, watcher = 1): string[] => (host.heard.get(watcher) ?? []).map(({ state }) => state);
  const last = (host: LinkedHost, watcher = 1) => host.heard.get(watcher)?.at(-1);
  const packets = (host: LinkedHost): BfdPacket[] => host.sent.map(({ octets }) => readBfdPacket(octets) as BfdPacket);

  function bothUp(): void {
    a.sessions.watch(1, to(b));
    b.sessions.watch(1, to(a));
    run(3);
    assert.equal(last(a)?.state, "Up");
    assert.equal(last(b)?.state, "Up");
  }

  /** A packet as some peer might send it to `a`. */
  function arrival(more: Partial<BfdPacket>, way: Partial<BfdArrival> = {}): BfdArrival {
    const octets = writeBfdPacket({ ...packetOf(newSession(99, defaultTerms), {}), ...more });
    return { remote: b.address, local: a.address, zone: "eth0", ttl: 255, multihop: false, octets, ...way };
  }

  it("come up, and go down within the Detection Time when packets stop, at both ends", () => {
    bothUp();
    link.loss = 1;
    const before = clock.now();
    clock.advance(millis(1001));
    assert.deepEqual(last(a), { state: "Down", reason: "Control Detection Time Expired" });
    assert.equal(last(b)?.state, "Down");
    assert.ok(clock.now() - before <= 1001);
    link.loss = 0;
    run(3);
    assert.equal(last(a)?.state, "Up");
  });

  it("send about every 262 ms while Up (300 ms less 12.5 %), and once a second while nobody answers", () => {
    bothUp();
    const start = a.sent.length;
    run(60);
    assert.ok(Math.abs(a.sent.length - start - 60 / 0.2625) < 12, `${a.sent.length - start}`);
    const c = link.host(ipv4(0x0a000003));
    c.sessions.watch(1, { remote: ipv4(0x0a000009), zone: "", terms: {} });
    run(60);
    assert.ok(c.sent.length > 60 && c.sent.length < 81, `${c.sent.length}`);
  });

  it("survive two lost packets in a row, not three", () => {
    bothUp();
    for (const [lossMs, expected] of [
      [500, "Up"],
      [1000, "Down"],
    ] as const) {
      link.loss = 1;
      clock.advance(millis(lossMs));
      link.loss = 0;
      clock.advance(millis(10));
      assert.equal(last(a)?.state, expected);
      run(3);
    }
  });

  it("are not lost by who slept himself: what has arrived counts first", () => {
    bothUp();
    a.isAsleep = true;
    run(5);
    assert.equal(states(a).at(-1), "Up");
    a.isAsleep = false;
  });

  it("are one for all who watch the same way, at the terms with the shortest Detection Time", () => {
    bothUp();
    a.sessions.watch(2, to(b, { minTxMs: 50, minRxMs: 900 }));
    assert.equal(a.sessions.size, 1);
    assert.equal(last(a, 2)?.state, "Up");
    run(1);
    const { minTxMs, minRxMs } = packets(a).at(-1)!;
    assert.deepEqual([minTxMs, minRxMs], [50, 300]);
    a.sessions.unwatch(2);
    run(2);
    assert.equal(packets(a).at(-1)!.minTxMs, 300);
    assert.equal(states(a).filter((state) => state === "Up").length, 1, "it never fell");
    assert.equal(states(b).filter((state) => state === "Up").length, 1);
  });

  it("change terms by a Poll Sequence that the peer answers", () => {
    bothUp();
    a.sessions.watch(1, to(b, { minTxMs: 1500, minRxMs: 1500, multiplier: 4 }));
    run(20);
    assert.ok(packets(a).some(({ poll, minTxMs }) => poll && minTxMs === 1500));
    assert.ok(packets(b).some(({ final }) => final));
    assert.equal(packets(a).at(-1)!.poll, false, "and it ends");
    assert.deepEqual(states(a).slice(-1), ["Up"]);
    assert.equal(states(b).filter((state) => state === "Down").length, 1, "only at the start");
  });

  it("end with AdminDown for a Detection Time, so that the peer draws no conclusion; then they are gone", () => {
    bothUp();
    a.sessions.unwatch(1);
    run(1);
    assert.deepEqual(last(b), { state: "AdminDown", reason: "the peer has switched BFD off" });
    assert.equal(a.sessions.size, 1);
    run(9);
    assert.equal(a.sessions.size, 0);
    assert.ok(!states(b).slice(states(b).indexOf("Up"), states(b).indexOf("AdminDown")).includes("Down"));
    a.sessions.watch(1, to(b));
    run(3);
    assert.equal(last(b)?.state, "Up");
  });

  it("close with a last word each", () => {
    bothUp();
    a.sessions.close();
    assert.equal(packets(a).at(-1)!.state, "AdminDown");
    assert.equal(a.sessions.size, 0);
    const before = a.sent.length;
    run(10);
    assert.equal(a.sent.length, before);
  });

  it("begin with AdminDown where an earlier life may have left a session, which falls without harm then", () => {
    bothUp();
    const reborn = link.host(a.address);
    a.sessions.close();
    b.heard.clear();
    reborn.sessions.watch(1, to(b), true);
    assert.equal(packets(reborn)[0]!.state, "AdminDown");
    run(0.5);
    assert.deepEqual(new Set(states(b)), new Set(["AdminDown"]));
  });

  it("are refused beyond the limit, in words", () => {
    const small = link.host(ipv4(0x0a000004), 1);
    small.sessions.watch(1, to(a));
    small.sessions.watch(2, to(b));
    assert.deepEqual(last(small, 2), { state: "AdminDown", reason: "there are 1 BFD sessions already" });
    assert.equal(small.sessions.size, 1);
  });

  it("have discriminators of their own, never 0", () => {
    for (let i = 0; i < 300; i++) a.sessions.watch(i, { remote: ipv4(0x0b000000 + i), zone: "", terms: {} });
    run(1);
    const all = new Set(packets(a).map(({ myDiscriminator }) => myDiscriminator));
    assert.equal(all.size, 300);
    assert.ok(!all.has(0));
  });

  describe("who a packet belongs to", () => {
    const verdict = (more: Partial<BfdPacket>, way: Partial<BfdArrival> = {}): string => {
      const said = a.sessions.receive(arrival(more, way));
      return said === "taken" ? said : said.dropped;
    };
    beforeEach(() => a.sessions.watch(1, to(b)));

    it("is said by our discriminator, else by its sender", () => {
      assert.equal(verdict({}), "taken");
      assert.equal(verdict({}, { remote: ipv4(0x0a000077) }), "nobody watches its sender");
      run(0.1);
      const ours = packets(a).at(-1)!.myDiscriminator;
      assert.equal(verdict({ yourDiscriminator: ours, state: "Up" }), "taken");
      assert.equal(verdict({ yourDiscriminator: ours ^ 1, state: "Up" }), "no session has its Your Discriminator");
      const stolen = verdict({ yourDiscriminator: ours }, { remote: ipv4(0x0a000077) });
      assert.equal(stolen, "its sender is another than the discriminator belongs to");
    });

    it("is nobody's when it was forwarded, is malformed, or comes to the other port", () => {
      assert.equal(verdict({}, { ttl: 254 }), "its TTL is 254, not 255: it was forwarded");
      assert.equal(verdict({ multiplier: 0 }), "its Detect Mult is 0");
      assert.equal(verdict({}, { multihop: true }), "nobody watches its sender");
      assert.equal(states(a).at(-1), "Down");
    });

    it("is nobody's when it is authenticated, and that is told once", () => {
      const octets = new Uint8Array(26);
      octets.set(arrival({}).octets);
      octets.set([octets[1]! | 4, 1, 26], 1);
      octets.set([1, 2], 24);
      const said = a.sessions.receive(arrival({}, { octets }));
      assert.notEqual(said, "taken");
      octets[2] = 3;
      for (let i = 0; i < 2; i++) a.sessions.receive(arrival({}, { octets }));
      const why = "it is authenticated (Simple Password), and no authentication is in use here";
      assert.deepEqual(
        a.facts.filter((fact) => fact.fact === "bgp.bfd-dropped"),
        [{ fact: "bgp.bfd-dropped", peer: "10.0.0.2", why }],
      );
    });

    it("may be of any hop count over several hops", () => {
      a.sessions.watch(2, to(b, { multihop: true }));
      assert.equal(a.sessions.size, 2);
      assert.equal(verdict({}, { multihop: true, ttl: 60 }), "taken");
      assert.equal(last(a, 2)?.state, "Init");
      assert.equal(last(a, 1)?.state, "Down");
    });

    it("depends on the interface where addresses are link-local", () => {
      const remote = ipv6(0xfe800000, 0, 0, 2);
      for (const [i, zone] of ["eth0", "eth1"].entries()) a.sessions.watch(10 + i, { remote, zone, terms: {} });
      assert.equal(verdict({}, { remote, local: undefined, zone: "eth1" }), "taken");
      assert.deepEqual([last(a, 10)?.state, last(a, 11)?.state], ["Down", "Init"]);
      assert.equal(verdict({}, { remote, zone: "eth2" }), "nobody watches its sender");
    });
  });
});
