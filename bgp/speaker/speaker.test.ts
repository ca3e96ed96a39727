import assert from "node:assert/strict";
import { parsePrefix } from "../../net/prefix.ts";
import type { BgpFact } from "../fact.ts";
import { acceptAll, type Filter } from "../filter/filter.ts";
import { Network, type Router } from "../sim/network.ts";
import type { RouteChange, RouteSink } from "./ports.ts";

const p = (text: string): NonNullable<ReturnType<typeof parsePrefix>> => parsePrefix(text)!;

/** A kernel that remembers what it was told. */
class Memory implements RouteSink {
  readonly routes = new Map<string, string>();
  readonly synced: string[] = [];
  changes = 0;

  apply(changes: readonly RouteChange[], done: () => void): void {
    for (const { prefix, nextHops } of changes) {
      const key = `${prefix.a >>> 24}.${(prefix.a >>> 16) & 255}/${prefix.length}`;
      this.changes++;
      if (nextHops.length === 0) this.routes.delete(key);
      else this.routes.set(key, nextHops.map(({ address }) => address.a.toString(16)).join());
    }
    done();
  }

  inSync(family: string): void {
    this.synced.push(family);
  }
}

function why(router: Router, prefix: string, peer: Router): string {
  const said = router.speaker.explain(p(prefix))?.advertisements ?? [];
  const name = `10.255.0.${peer.address.a & 255}`;
  return said.find((one) => one.peer === name)?.why ?? "no such peer";
}

describe("speaker", () => {
  it("reflects between clients and not between ordinary iBGP peers, and says why not (RFC 4456 6)", () => {
    const net = new Network({ seed: 1 });
    const [rr, a, b, c, d] = ["rr", "a", "b", "c", "d"].map((name) => net.router(name, 65000)) as [
      Router,
      Router,
      Router,
      Router,
      Router,
    ];
    net.link(rr, a, { routeReflectorClient: true });
    net.link(rr, b, { routeReflectorClient: true });
    net.link(rr, c);
    net.link(rr, d);
    a.speaker.announce(p("10.1.0.0/16"));
    c.speaker.announce(p("10.3.0.0/16"));
    net.run(30);
    assert.deepEqual(
      [b, c, d].map((one) => net.routes(one).get("10.1.0.0/16")),
      ["rr", "rr", "rr"],
    );
    assert.deepEqual(
      [a, b, d].map((one) => net.routes(one).get("10.3.0.0/16")),
      ["rr", "rr", undefined],
    );
    assert.match(why(rr, "10.3.0.0/16", d), /neither end is a route reflection client/);
    assert.match(why(rr, "10.1.0.0/16", a), /split horizon/);
    const [best] = b.speaker.explain(p("10.1.0.0/16"))!.candidates;
    assert.match(
      best!.attributes,
      /next hop 10\.255\.0\.2.*ORIGINATOR_ID 10\.255\.0\.2/,
      "next hop unchanged, originator set",
    );
  });

  it("keeps everything behind two reflectors of each other free of loops", () => {
    const net = new Network({ seed: 2 });
    const [r1, r2, a, b] = ["r1", "r2", "a", "b"].map((name) => net.router(name, 65000)) as [
      Router,
      Router,
      Router,
      Router,
    ];
    for (const client of [a, b]) for (const rr of [r1, r2]) net.link(rr, client, { routeReflectorClient: true });
    net.link(r1, r2, { routeReflectorClient: true }, { routeReflectorClient: true });
    a.speaker.announce(p("10.1.0.0/16"));
    net.run(30);
    assert.equal(net.routes(b).get("10.1.0.0/16"), "r1");
    a.speaker.withdraw(p("10.1.0.0/16"));
    net.run(5);
    for (const one of [r1, r2, b]) assert.equal(net.routes(one).size, 0);
  });

  it("gives and takes nothing without a filter on eBGP when policy is required, and says so (RFC 8212)", () => {
    const net = new Network({ seed: 3 });
    const strict = net.router("strict", 65001, { ebgpRequiresPolicy: true });
    const other = net.router("other", 65002);
    net.link(strict, other);
    strict.speaker.announce(p("10.1.0.0/16"));
    other.speaker.announce(p("10.2.0.0/16"));
    net.run(20);
    assert.equal(net.routes(other).size, 1);
    assert.equal(net.routes(strict).get("10.2.0.0/16"), undefined);
    assert.match(why(strict, "10.1.0.0/16", other), /RFC 8212/);
    assert.match(strict.speaker.explain(p("10.2.0.0/16"))!.candidates[0]!.rfc, /RFC 8212/);
    net.link(strict, other, { importFilter: acceptAll, exportFilter: acceptAll });
    net.run(5);
    assert.deepEqual([...net.routes(strict).keys()], ["10.1.0.0/16", "10.2.0.0/16"]);
    assert.equal(net.routes(other).get("10.1.0.0/16"), "strict");
  });

  it("follows a changed filter without a new session: what is no longer meant is withdrawn", () => {
    const facts: string[] = [];
    const net = new Network({ seed: 4, tell: (_, { fact }: BgpFact) => facts.push(fact) });
    const [x, y] = [net.router("x", 65001), net.router("y", 65002)];
    net.link(x, y);
    for (let i = 1; i <= 4; i++) x.speaker.announce(p(`10.${i}.0.0/16`), { tag: i, med: i });
    net.run(20);
    assert.equal(net.routes(y).size, 4);
    const exportFilter: Filter = {
      name: "some",
      terms: [
        {
          name: "second",
          match: { prefixes: [{ prefix: p("10.2.0.0/16") }] },
          verdict: "accept",
          change: { med: 100 },
        },
        { name: "tagged", match: { tags: [3] }, verdict: "accept", change: { prepend: 2 } },
      ],
      otherwise: "reject",
    };
    net.link(x, y, { exportFilter });
    net.run(5);
    assert.deepEqual([...net.routes(y).keys()], ["10.2.0.0/16", "10.3.0.0/16"]);
    assert.match(y.speaker.explain(p("10.2.0.0/16"))!.candidates[0]!.attributes, /MED 100/);
    assert.match(y.speaker.explain(p("10.3.0.0/16"))!.candidates[0]!.attributes, /AS_PATH length 3/);
    assert.match(why(x, "10.1.0.0/16", y), /export filter/);
    assert.ok(!facts.includes("bgp.session-down"), facts.join());
  });

  it("tells the kernel the best routes, never our own, and when everything is known", () => {
    const net = new Network({ seed: 5 });
    const sink = new Memory();
    const x = net.router("x", 65001, { sink });
    const [y, z] = [net.router("y", 65002), net.router("z", 65003)];
    net.link(x, y);
    net.link(x, z);
    net.link(y, z);
    x.speaker.announce(p("10.1.0.0/16"));
    z.speaker.announce(p("10.9.0.0/16"));
    net.run(20);
    assert.deepEqual([...sink.routes], [["10.9/16", "aff0003"]]);
    assert.deepEqual(sink.synced.sort(), ["ipv4", "ipv6"]);
    net.cut(x, z);
    net.run(300);
    assert.deepEqual([...sink.routes], [["10.9/16", "aff0002"]], "round the other way");
  });

  it("as helper keeps the routes of a peer that falls silent, and lets them go when it does not come back (RFC 4724)", () => {
    const net = new Network({ seed: 6 });
    const [x, y] = [net.router("x", 65001), net.router("y", 65002)];
    net.link(x, y);
    y.speaker.announce(p("10.2.0.0/16"));
    net.run(20);
    y.speaker.close({ kind: "silent" });
    net.run(60);
    const [candidate] = x.speaker.explain(p("10.2.0.0/16"))!.candidates;
    assert.deepEqual([candidate!.isBest, candidate!.isStale], [true, true]);
    net.run(100);
    assert.equal(net.routes(x).size, 0);
  });

  it("after a restart decides nothing until its peers have told everything, then all at once", () => {
    const net = new Network({ seed: 7 });
    const sink = new Memory();
    const y = net.router("y", 65002);
    const x = net.router("x", 65001, { sink, restart: { restarting: true, forwardingPreserved: ["ipv4", "ipv6"] } });
    assert.equal(x.speaker.status().isDeciding, false);
    for (let i = 0; i < 200; i++) y.speaker.announce(p(`10.${i}.0.0/16`));
    x.speaker.announce(p("172.16.0.0/16"));
    net.run(5);
    assert.equal(sink.changes, 0);
    net.link(x, y);
    net.run(30);
    assert.equal(x.speaker.status().isDeciding, true);
    assert.equal(sink.routes.size, 200);
    assert.equal(net.routes(y).get("172.16.0.0/16"), "x");
  });

  it("takes calls from a range, and forgets the caller when it hangs up", () => {
    const net = new Network({ seed: 8 });
    const [x, y] = [net.router("x", 65000), net.router("y", 65000)];
    x.speaker.setDynamicPeers([{ range: p("10.255.0.0/16"), asn: "internal" }]);
    y.speaker.setPeer({ address: x.address, asn: 65000 });
    y.speaker.announce(p("10.2.0.0/16"));
    net.run(20);
    assert.deepEqual(
      x.speaker.status().peers.map(({ state, isDynamic }) => [state, isDynamic]),
      [["Established", true]],
    );
    assert.equal(net.routes(x).get("10.2.0.0/16"), "y");
    y.speaker.close({ kind: "cease", subcode: 2 });
    net.run(20);
    assert.equal(x.speaker.status().peers.length, 0);
    assert.equal(net.routes(x).size, 0);
  });

  it("ends the session of a peer with too many prefixes (RFC 4486 4)", () => {
    const told: string[] = [];
    const net = new Network({ seed: 9, tell: (router, { fact }) => told.push(`${router} ${fact}`) });
    const [x, y] = [net.router("x", 65001), net.router("y", 65002)];
    net.link(x, y, { maxPrefixes: 3 });
    for (let i = 0; i < 5; i++) y.speaker.announce(p(`10.${i}.0.0/16`));
    net.run(10);
    assert.ok(told.includes("x bgp.max-prefixes"), told.join());
    assert.equal(net.routes(x).size, 0);
  });
});
