import assert from "node:assert/strict";
import { parseAddress } from "../../net/address-text.ts";
import { parsePrefix } from "../../net/prefix.ts";
import { Network, type Router } from "../sim/network.ts";

const p = (text: string): NonNullable<ReturnType<typeof parsePrefix>> => parsePrefix(text)!;
const prefix = "10.9.0.0/16";

/** The attributes of every path that a router has of the prefix, sorted. */
function paths(router: Router): string[] {
  const all = router.speaker.explain(p(prefix))?.candidates ?? [];
  return all.map(({ attributes }) => attributes).sort();
}

function hops(router: Router): (string | undefined)[] {
  return paths(router).map((text) => /next hop ([0-9a-f.:]+)/.exec(text)?.[1]);
}

describe("what a speaker sends", () => {
  it("is several paths of a prefix to a peer that asks for them, each as long as it lasts (RFC 7911)", () => {
    const net = new Network({ seed: 1 });
    const rr = net.router("rr", 65000);
    const sources = ["a", "b", "c"].map((name) => net.router(name, 65000));
    const asks = net.router("asks", 65000);
    const plain = net.router("plain", 65000);
    for (const one of sources) {
      net.link(rr, one, { routeReflectorClient: true });
      one.speaker.announce(p(prefix));
    }
    const all = { addPath: { ipv4: { send: "all" } } } as const;
    net.link(rr, asks, { routeReflectorClient: true, ...all }, { addPath: { ipv4: { receive: true } } });
    net.link(rr, plain, { routeReflectorClient: true });
    net.run(30);
    assert.deepEqual(hops(asks), ["10.255.0.2", "10.255.0.3", "10.255.0.4"]);
    assert.deepEqual(hops(plain), ["10.255.0.2"]);
    sources[1]!.speaker.announce(p(prefix), { med: 7 });
    sources[2]!.speaker.withdraw(p(prefix));
    net.run(5);
    assert.deepEqual(hops(asks), ["10.255.0.2", "10.255.0.3"]);
    assert.match(paths(asks)[1]!, /MED 7/);
    rr.speaker.setPeer({
      address: asks.address,
      asn: 65000,
      localAddress: rr.address,
      routeReflectorClient: true,
      addPath: { ipv4: { send: 1 } },
    });
    net.run(5);
    assert.deepEqual(hops(asks), ["10.255.0.2"], "fewer are asked for, on the same session");
  });

  it("is IPv4 by an IPv6 next hop where both sides take that (RFC 8950)", () => {
    const net = new Network({ seed: 2 });
    const [x, y] = [net.router("x", 65001), net.router("y", 65002)];
    const ipv6Hop = { extendedNextHop: true, nextHop: { ipv4: parseAddress("2001:db8::1")! } };
    net.link(x, y, ipv6Hop, { extendedNextHop: true });
    x.speaker.announce(p(prefix));
    net.run(20);
    assert.deepEqual(hops(y), ["2001:db8::1"]);
    x.speaker.withdraw(p(prefix));
    net.run(5);
    assert.equal(net.routes(y).size, 0);
  });

  it("is the last choice of all peers while we are about to go (RFC 8326)", () => {
    const net = new Network({ seed: 3 });
    const [x, y] = [net.router("x", 65000), net.router("y", 65000)];
    net.link(x, y);
    x.speaker.announce(p(prefix));
    net.run(20);
    assert.match(paths(y)[0]!, /LOCAL_PREF 100/);
    x.speaker.setPeer({ address: y.address, asn: 65000, localAddress: x.address, gracefulShutdown: true });
    net.run(5);
    assert.match(paths(y)[0]!, /LOCAL_PREF 0/);
  });

  it("names a third party on the link that all share, but never to that party (RFC 4271 5.1.3)", () => {
    const net = new Network({ seed: 4 });
    const [x, y, z, w] = ["x", "y", "z", "w"].map((name, i) => net.router(name, 65001 + i)) as [
      Router,
      Router,
      Router,
      Router,
    ];
    const shared = { thirdPartyNextHop: true, linkPrefixes: [p("10.255.0.0/16")] };
    net.link(x, y, shared, { nextHop: { ipv4: w.address } });
    net.link(x, z, shared);
    net.link(x, w, shared);
    y.speaker.announce(p(prefix));
    net.run(30);
    assert.deepEqual(hops(z), ["10.255.0.4"]);
    assert.deepEqual(hops(w), []);
    const why = x.speaker.explain(p(prefix))!.advertisements.find(({ peer }) => peer === "10.255.0.4")!.why;
    assert.match(why, /its next hop is the peer itself/);
  });

  it("has one AS number of ours in front: the one that the peer knows us by", () => {
    const net = new Network({ seed: 5 });
    const [x, y] = [net.router("x", 65001), net.router("y", 65002)];
    net.link(x, y, { localAsn: 64999 }, { asn: 64999 });
    x.speaker.announce(p(prefix));
    net.run(20);
    assert.match(paths(y)[0]!, /AS_PATH (length 1|64999)\b/);
  });

  it("follows a peer that becomes a route reflection client, and one that is none any more (RFC 4456 6)", () => {
    const net = new Network({ seed: 6 });
    const [rr, a, b] = ["rr", "a", "b"].map((name) => net.router(name, 65000)) as [Router, Router, Router];
    net.link(rr, a);
    net.link(rr, b);
    a.speaker.announce(p(prefix));
    net.run(20);
    assert.deepEqual(hops(b), []);
    const known = { address: a.address, asn: 65000, localAddress: rr.address };
    rr.speaker.setPeer({ ...known, routeReflectorClient: true });
    net.run(5);
    assert.deepEqual(hops(b), ["10.255.0.2"]);
    rr.speaker.setPeer(known);
    net.run(5);
    assert.deepEqual(hops(b), []);
  });
});
