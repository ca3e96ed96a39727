import assert from "node:assert/strict";
import { seededRandom } from "../../lib/random.ts";
import { SimClock } from "../../lib/sim/clock.ts";
import { millis, seconds } from "../../lib/unit.ts";
import { formatAddress, parseAddress } from "../../net/address-text.ts";
import { parsePrefix } from "../../net/prefix.ts";
import { errno } from "../errno.ts";
import { syscallFailed } from "../error.ts";
import type { Link, LinkAddress, LinksListener } from "../links.ts";
import { SimDiscoverySegment } from "../sim/discovery-segment.ts";
import { encodeMessage } from "./codec.ts";
import type { DiscoveryFact } from "./fact.ts";
import { ownAdvertisement } from "./link-discovery.ts";
import { allNodes } from "./message.ts";
import type { DiscoverySocket, OpenDiscovery } from "./port.ts";
import { RouterDiscovery } from "./router-discovery.ts";

const eth0: Link = {
  ifindex: 2,
  name: "eth0",
  up: true,
  running: true,
  mac: "02:00:00:00:00:01",
  mtu: 1500,
  kind: "",
  peer: 0,
  master: 0,
};
const ours = parseAddress("fe80::1")!;
const theirs = parseAddress("fe80::2")!;

/** A host with an interface eth0, on a link with another router that advertises when it is told to. */
class Bench {
  readonly clock = new SimClock();
  readonly segment = new SimDiscoverySegment(this.clock);
  readonly facts: DiscoveryFact[] = [];
  readonly changes: string[] = [];
  /** What we have sent: the type of each message and when. */
  readonly sent: string[] = [];
  watches: LinksListener[] = [];
  refuse = 0;
  acceptRa = "0";
  readonly other: DiscoverySocket;
  readonly discovery: RouterDiscovery;

  constructor(isOtherThere = true) {
    const start = this.clock.now();
    const listener = {
      received: ({ octets }: { octets: Uint8Array }) => void this.sent.push(`${octets[0]} ${this.clock.now() - start}`),
      failed() {},
    };
    this.other = this.segment.attach("eth9", theirs)({ interfaceName: "eth9", ifindex: 9 }, listener);
    if (!isOtherThere) this.other.close();
    const open: OpenDiscovery = (where, hear) => {
      if (this.refuse > 0) throw syscallFailed("open ICMPv6 socket", this.refuse);
      return this.segment.attach("eth0", ours)(where, hear);
    };
    this.discovery = new RouterDiscovery(
      {
        watchLinks: (_, hear) => {
          this.watches.push(hear);
          return { close: () => {} };
        },
        open,
        clock: this.clock,
        random: seededRandom(1),
        tell: (fact) => void this.facts.push(fact),
        sysctls: { read: (path) => ({ accept_ra: this.acceptRa, forwarding: "0" })[path.at(-1)!], write() {} },
      },
      (name) => void this.changes.push(`${name} ${this.neighbour}`),
    );
    this.discovery.follow(new Set(["eth0"]));
  }

  get neighbour(): string {
    const { address, why } = this.discovery.neighbourhood("eth0");
    return address ? formatAddress(address) : why;
  }

  link(changes: Partial<Link> = {}): this {
    this.watches.at(-1)!.link({ kind: "set", key: changes.ifindex ?? 2, value: { ...eth0, ...changes } });
    return this;
  }

  address(tentative = false, ifindex = 2): this {
    const value: LinkAddress = { ifindex, prefix: parsePrefix("fe80::1/64")!, scope: 253, tentative };
    this.watches.at(-1)!.address({ kind: "set", key: `${ifindex} fe80::1/64`, value });
    return this;
  }

  synced(): this {
    this.watches.at(-1)!.synced();
    return this.wait(0);
  }

  ready(): this {
    return this.link().address().synced();
  }

  wait(time: number): this {
    this.clock.advance(seconds(time));
    return this;
  }

  advertise(routerLifetimeSeconds = 0): this {
    this.other.send(encodeMessage({ ...ownAdvertisement(""), routerLifetimeSeconds }), allNodes);
    this.clock.advance(millis(1));
    return this;
  }
}

describe("the neighbour of an interface", () => {
  it("is whoever advertises there, until nothing was heard for 30 s", () => {
    const bench = new Bench().ready();
    assert.match(bench.neighbour, /no router advertisement heard on eth0 yet/);
    assert.equal(bench.advertise().neighbour, "fe80::2");
    assert.equal(bench.wait(29).neighbour, "fe80::2");
    assert.match(bench.wait(2).neighbour, /heard on eth0 any more/);
    assert.equal(bench.discovery.neighbourhood("eth0").isSilent, true);
    assert.deepEqual(
      bench.facts.map(({ fact }) => fact),
      ["kernel.neighbour.heard", "kernel.neighbour.gone"],
    );
    assert.equal(bench.advertise(1800).wait(1790).neighbour, "fe80::2");
    bench.discovery.close();
    assert.equal(bench.clock.next(), undefined, "timers are left");
  });

  it("goes at once with the link, and is none before another advertisement", () => {
    const bench = new Bench().ready().advertise();
    for (const [changes, why] of [
      [{ running: false }, "eth0 has no carrier"],
      [{ up: false, running: false }, "eth0 is down"],
      [{ name: "eth5" }, "there is no interface eth0"],
    ] as const) {
      assert.equal(bench.neighbour, "fe80::2");
      assert.ok(bench.link(changes).neighbour.startsWith(why), bench.neighbour);
      assert.equal(bench.discovery.neighbourhood("eth0").isSilent, false);
      assert.match(bench.link().neighbour, /heard on eth0 yet/);
      bench.advertise();
    }
    bench.watches[0]!.link({ kind: "delete", key: 2 });
    assert.equal(bench.neighbour, "there is no interface eth0");
    bench.link({ ifindex: 7 });
    assert.match(bench.neighbour, /eth0 has no link-local address/);
    assert.equal(bench.address(false, 7).advertise().neighbour, "fe80::2");
  });

  it("waits for a link-local address that is usable", () => {
    const bench = new Bench().link().synced();
    assert.match(bench.neighbour, /no link-local address: is net\.ipv6\.conf\.eth0\.disable_ipv6 set/);
    assert.match(bench.address(true).neighbour, /duplicate address detection/);
    assert.deepEqual(bench.sent, []);
    assert.equal(bench.address(false).advertise().neighbour, "fe80::2");
    bench.watches[0]!.address({ kind: "delete", key: "2 fe80::1/64" });
    assert.match(bench.neighbour, /no link-local address/);
  });

  it("hears from us: that we are there, and a question, at once and again", () => {
    const bench = new Bench().ready().wait(9.9);
    assert.deepEqual(bench.sent, ["134 0", "133 0", "134 3000", "133 4000", "134 6000", "133 8000"]);
    bench.advertise(0).wait(30);
    const asked = bench.sent.filter((one) => one.startsWith("133")).map((one) => Number(one.slice(4)));
    assert.deepEqual(asked.slice(3), [9900 + 18_000, 9900 + 22_000, 9900 + 26_000], "before it would be let go");
  });

  it("who asks is answered within half a second: to all where that may be, else alone", () => {
    const bench = new Bench().ready().wait(12);
    const ask = encodeMessage({ kind: "solicitation", mac: "" });
    const answers = (source: string, times = 1): number => {
      const before = bench.sent.length;
      const from = parseAddress(source)!;
      for (let i = 0; i < times; i++) bench.segment.inject({ source: from, hopLimit: 255, octets: ask, isCut: false });
      bench.wait(0.5);
      return bench.sent.slice(before).filter((one) => one.startsWith("134")).length;
    };
    assert.deepEqual([answers("fe80::2", 100), answers("fe80::2", 100), answers("fe80::2", 100)], [1, 1, 1]);
    assert.equal(answers("fe80::77"), 0, "the answer went to another");
    assert.equal(answers("::", 100), 0, "who has no address waits until all may be told");
    bench.wait(6);
    assert.equal(answers("::"), 1);
  });

  it("is not who sends what does not count; each reason is told once", () => {
    const bench = new Bench().ready();
    const octets = encodeMessage(ownAdvertisement(""));
    for (let i = 0; i < 3; i++) {
      bench.segment.inject({ source: theirs, hopLimit: 64, octets, isCut: false });
      bench.segment.inject({ source: parseAddress("2001:db8::1")!, hopLimit: 255, octets, isCut: false });
      bench.segment.inject({ source: ours, hopLimit: 255, octets, isCut: false });
    }
    assert.match(bench.wait(1).neighbour, /yet/);
    assert.deepEqual(
      bench.facts.map((fact) => (fact.fact === "kernel.discovery.dropped" ? `${fact.from}: ${fact.why}` : fact.fact)),
      [
        "fe80::2: hop limit 64: it was not sent on this link",
        "2001:db8::1: an advertisement from 2001:db8::1, which is not link-local",
      ],
    );
  });

  it("stays while the watch over links, or the socket, is opened again", () => {
    const bench = new Bench().ready().advertise(1800);
    bench.watches[0]!.failed(syscallFailed("watch", errno.ENOMEM));
    assert.equal(bench.wait(1.5).watches.length, 2);
    assert.equal(bench.neighbour, "fe80::2", "nothing is known to be otherwise");
    assert.equal(bench.ready().neighbour, "fe80::2");
    bench.link({ running: false });
    bench.refuse = errno.EMFILE;
    bench.link();
    assert.match(bench.neighbour, /open ICMPv6 socket failed: EMFILE/);
    assert.equal(bench.discovery.neighbourhood("eth0").isSilent, true, "nothing is known of the neighbour");
    bench.wait(10);
    assert.equal(bench.facts.filter(({ fact }) => fact === "kernel.discovery.failed").length, 2, "each is told once");
    bench.refuse = 0;
    assert.equal(bench.wait(2).advertise().neighbour, "fe80::2");
  });

  it("is warned of where the kernel would make a default route of it, each time the link comes up", () => {
    const bench = new Bench();
    bench.acceptRa = "1";
    bench.ready().link({ running: false }).link();
    const warned = bench.facts.filter(({ fact }) => fact === "kernel.discovery.default-route");
    assert.equal(warned.length, 2);
    assert.match(JSON.stringify(warned[0]), /sysctl net\.ipv6\.conf\.eth0\.accept_ra=0/);
  });

  it("is asked for anew where the interface has become another link unseen", () => {
    const bench = new Bench().ready().advertise(1800);
    bench.watches[0]!.failed(syscallFailed("watch", errno.ENOBUFS));
    bench.wait(2).link({ ifindex: 7 }).address(false, 7).synced();
    assert.match(bench.neighbour, /no router advertisement heard on eth0 yet/);
    assert.equal(bench.advertise().neighbour, "fe80::2");
  });

  it("of an interface that is not followed any more is nobody", () => {
    const bench = new Bench().ready().advertise();
    bench.discovery.follow(new Set(["eth1"]));
    bench.wait(60);
    const count = bench.sent.length;
    assert.equal(bench.neighbour, "eth0 is not followed");
    assert.equal(bench.discovery.neighbourhood("eth1").why, "there is no interface eth1");
    assert.equal(bench.wait(60).sent.length, count, "we still advertise");
  });
});
