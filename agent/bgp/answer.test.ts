import assert from "node:assert/strict";
import { Network, type Router } from "../../bgp/sim/network.ts";
import { parsePrefix } from "../../net/prefix.ts";
import type { BgpExplainAnswer, BgpPeerAnswer, BgpPeersAnswer, BgpRoute, BgpRoutesAnswer } from "../api/bgp.ts";
import { answerBgp } from "./answer.ts";
import { BgpRequestError } from "./request.ts";

const p = (text: string): NonNullable<ReturnType<typeof parsePrefix>> => parsePrefix(text)!;

/** A hub of AS 65000 with two neighbours that both know 10.9.0.0/16; `far` is behind a longer path. */
function threeRouters(): { readonly net: Network; readonly hub: Router; readonly near: Router; readonly far: Router } {
  const net = new Network({ seed: 5 });
  const hub = net.router("hub", 65000);
  const near = net.router("near", 65001);
  const far = net.router("far", 65002);
  net.link(hub, near);
  net.link(hub, far);
  near.speaker.announce(p("10.9.0.0/16"));
  far.speaker.announce(p("10.9.0.0/16"), { med: 7 });
  far.speaker.announce(p("10.8.0.0/16"), { communities: [65000 * 65536 + 7] });
  far.speaker.announce(p("10.8.1.0/24"));
  net.run(30);
  return { net, hub, near, far };
}

function ask<T>(router: Router, request: object): T {
  return JSON.parse(JSON.stringify(answerBgp(request, router.speaker, Date.UTC(2026, 10, 21)))) as T;
}

function allRoutes(router: Router, request: object): BgpRoute[] {
  const routes: BgpRoute[] = [];
  for (let cursor: string | undefined, pages = 0; pages < 1000; pages++) {
    const page = ask<BgpRoutesAnswer>(router, { do: "bgp.routes", ...request, ...(cursor && { cursor }) });
    routes.push(...page.routes);
    cursor = page.next;
    if (cursor === undefined) return routes;
  }
  assert.fail("the listing never ends");
}

const line = ({ prefix, peer, state }: BgpRoute): string => `${prefix} ${peer} ${state}`;

describe("questions about BGP", () => {
  const { hub, near, far } = threeRouters();

  it("lists peers with counts, families and memory", () => {
    const answer = ask<BgpPeersAnswer>(hub, { do: "bgp.peers" });
    assert.deepEqual([answer.ok, answer.asn, answer.routerId, answer.isDeciding], [true, 65000, "10.255.0.1", true]);
    const [one, two] = answer.peers;
    assert.deepEqual(
      [one!.name, one!.state, one!.asn, one!.routerId],
      ["10.255.0.2", "Established", 65001, "10.255.0.2"],
    );
    const ipv4 = two!.families.find(({ family }) => family === "ipv4")!;
    assert.deepEqual([ipv4.received, ipv4.accepted, ipv4.stale, ipv4.isUp], [3, 3, 0, true]);
    assert.equal(answer.families[0]!.paths, 4);
    assert.ok(answer.bytesPerRoute > 0 && answer.bytes >= answer.bytesPerRoute * 4 - 4);
  });

  it("tells everything of one peer, and who is none", () => {
    const { peer, groups } = ask<BgpPeerAnswer>(hub, { do: "bgp.peer", name: "10.255.0.3" });
    assert.equal(peer.asn, 65002);
    assert.ok(groups.every(({ peers }) => peers.includes("10.255.0.3")));
    assert.throws(() => ask(hub, { do: "bgp.peer", name: "10.255.0.99" }), /no peer is named 10\.255\.0\.99/);
  });

  it("lists the chosen routes, all of them, or those of a peer", () => {
    assert.deepEqual(allRoutes(hub, {}).map(line).sort(), [
      "10.8.0.0/16 10.255.0.3 best",
      "10.8.1.0/24 10.255.0.3 best",
      "10.9.0.0/16 10.255.0.2 best",
    ]);
    assert.deepEqual(allRoutes(hub, { view: "all", prefix: "10.9.0.0/16" }).map(line), [
      "10.9.0.0/16 10.255.0.2 best",
      "10.9.0.0/16 10.255.0.3 backup",
    ]);
    assert.equal(allRoutes(hub, { view: "received", peer: "10.255.0.3" }).length, 3);
    assert.equal(allRoutes(hub, { view: "all", family: "ipv6" }).length, 0);
    assert.deepEqual(allRoutes(near, { peer: "local" }).map(line), ["10.9.0.0/16 local best"]);
  });

  it("says what a route carries, and what a peer was told of it", () => {
    const [route] = allRoutes(hub, { prefix: "10.8.0.0/16" });
    assert.deepEqual(route, {
      prefix: "10.8.0.0/16",
      peer: "10.255.0.3",
      state: "best",
      origin: "igp",
      asPath: "65002",
      nextHop: "10.255.0.3",
      communities: ["65000:7"],
    });
    const told = allRoutes(hub, { view: "advertised", peer: "10.255.0.2" });
    assert.deepEqual(told.map(({ prefix, asPath }) => `${prefix} ${asPath}`).sort(), [
      "10.8.0.0/16 65000 65002",
      "10.8.1.0/24 65000 65002",
    ]);
    assert.deepEqual(told[0]!.nextHop, "10.255.0.1");
    assert.equal(far.speaker.status().peers[0]!.families[0]!.received, 1);
  });

  it("finds what covers an address", () => {
    assert.deepEqual(allRoutes(hub, { prefix: "10.8.1.77" }).map(line), ["10.8.1.0/24 10.255.0.3 best"]);
    assert.deepEqual(allRoutes(hub, { prefix: "10.8.2.77" }).map(line), ["10.8.0.0/16 10.255.0.3 best"]);
    assert.deepEqual(allRoutes(hub, { prefix: "192.0.2.1" }), []);
    assert.equal(ask<BgpExplainAnswer>(hub, { do: "bgp.explain", prefix: "10.8.1.77" }).prefix, "10.8.1.0/24");
  });

  it("explains a choice and who is not told", () => {
    const answer = ask<BgpExplainAnswer>(hub, { do: "bgp.explain", prefix: "10.9.0.0/16" });
    const lost = answer.candidates[1]!;
    assert.deepEqual(
      [lost.step, lost.lostTo, lost.route.peer, lost.isUsed],
      ["router-id", "10.255.0.2", "10.255.0.3", false],
    );
    assert.match(answer.advertisements.find(({ peer }) => peer === "10.255.0.2")!.why, /split horizon/);
    assert.deepEqual(ask(hub, { do: "bgp.explain", prefix: "192.0.2.0/24" }), {
      ok: true,
      prefix: "192.0.2.0/24",
      candidates: [],
      advertisements: [],
    });
  });

  it("refuses what it does not understand, and names the field", () => {
    const wrong: readonly (readonly [object, RegExp])[] = [
      [{ do: "bgp.flap" }, /one of bgp\.peers/],
      [{ do: "bgp.routes", limit: 0 }, /limit = 0: 1 to 1000/],
      [{ do: "bgp.routes", limit: 1001 }, /limit/],
      [{ do: "bgp.routes", prefix: "10.0.0.0/40" }, /prefix = "10\.0\.0\.0\/40"/],
      [{ do: "bgp.routes", cursor: "1;2" }, /cursor/],
      [{ do: "bgp.routes", colour: "red" }, /no such field/],
      [{ do: "bgp.routes", view: "advertised" }, /peer = nothing/],
      [{ do: "bgp.routes", peer: "10.1.1.1" }, /no peer is named/],
      [{ do: "bgp.explain" }, /prefix = nothing/],
    ];
    for (const [request, message] of wrong) {
      assert.throws(
        () => ask(hub, request),
        (error: Error) => error instanceof BgpRequestError && message.test(error.message),
        JSON.stringify(request),
      );
    }
    assert.throws(() => answerBgp({ do: "bgp.peers" }, undefined, 0), /no BGP speaker is running/);
  });
});

describe("a listing in pages", () => {
  it("tells every route exactly once, whatever the pages' size", () => {
    const net = new Network({ seed: 6 });
    const [a, b] = [net.router("a", 65001), net.router("b", 65002)];
    net.link(a, b);
    const wanted = Array.from({ length: 250 }, (_, i) => `10.${i}.0.0/16`);
    for (const prefix of wanted) a.speaker.announce(p(prefix));
    net.run(30);
    for (const limit of [1, 7, 250, 1000]) {
      for (const view of ["best", "all", "received"]) {
        const found = allRoutes(b, { view, limit }).map(({ prefix }) => prefix);
        assert.deepEqual([...found].sort(), [...wanted].sort(), `${view} by ${limit}`);
      }
      const told = allRoutes(a, { view: "advertised", peer: "10.255.0.2", limit });
      assert.equal(new Set(told.map(({ prefix }) => prefix)).size, 250);
    }
  });

  it("goes on between the paths of one prefix", () => {
    const { hub } = threeRouters();
    const whole = allRoutes(hub, { view: "all" }).map(line);
    assert.equal(whole.length, 4);
    for (const limit of [1, 2, 3]) assert.deepEqual(allRoutes(hub, { view: "all", limit }).map(line), whole);
  });

  it("shows every path that a peer with ADD-PATH was told, with its identifier (RFC 7911)", () => {
    const net = new Network({ seed: 8 });
    const [hub, one, two, all] = ["hub", "one", "two", "all"].map((name, i) => net.router(name, 65000 + i)) as [
      Router,
      Router,
      Router,
      Router,
    ];
    net.link(hub, one);
    net.link(hub, two);
    net.link(hub, all, { addPath: { ipv4: { send: "all" } } }, { addPath: { ipv4: { receive: true } } });
    for (const router of [one, two]) router.speaker.announce(p("10.9.0.0/16"));
    net.run(60);
    const name = "10.255.0.4";
    for (const limit of [1, 1000]) {
      const told = allRoutes(hub, { view: "advertised", peer: name, limit });
      assert.deepEqual(told.map(({ peer }) => peer).sort(), ["10.255.0.2", "10.255.0.3"]);
      assert.equal(new Set(told.map(({ pathId }) => pathId)).size, 2);
    }
    const [got, more] = allRoutes(all, { view: "received" });
    assert.ok(got?.pathId && more?.pathId && got.pathId !== more.pathId);
  });

  it("goes on from an old cursor after the tables changed, and tells what stayed", () => {
    const net = new Network({ seed: 7 });
    const [a, b] = [net.router("a", 65001), net.router("b", 65002)];
    net.link(a, b);
    for (let i = 0; i < 50; i++) a.speaker.announce(p(`10.${i}.0.0/16`));
    net.run(30);
    const first = ask<BgpRoutesAnswer>(b, { do: "bgp.routes", limit: 20 });
    for (let i = 0; i < 50; i += 2) a.speaker.withdraw(p(`10.${i}.0.0/16`));
    net.run(30);
    const rest = ask<BgpRoutesAnswer>(b, { do: "bgp.routes", cursor: first.next! });
    assert.equal(rest.next, undefined);
    const found = new Set([...first.routes, ...rest.routes].map(({ prefix }) => prefix));
    for (let i = 1; i < 50; i += 2) assert.ok(found.has(`10.${i}.0.0/16`), `10.${i}.0.0/16`);
    assert.equal(rest.routes.filter(({ prefix }) => Number(prefix.split(".")[1]) % 2 === 0).length, 0);
  });
});
