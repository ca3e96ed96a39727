import assert from "node:assert/strict";
import type { FibRoute } from "../../kernel/fib-route.ts";
import { formatAddress, parseAddress } from "../../net/address-text.ts";
import { parsePrefix } from "../../net/prefix.ts";
import { NextHopResolver } from "./next-hop-resolver.ts";

function route(
  prefix: string,
  ifindex: number,
  via?: string,
  metric = 0,
  type: FibRoute["type"] = "unicast",
): FibRoute {
  const nexthops = type === "unicast" ? [via ? { ifindex, via: parseAddress(via)! } : { ifindex }] : [];
  return { table: 254, prefix: parsePrefix(prefix)!, metric, protocol: 2, type, scope: "universe", nexthops };
}
function given(...routes: readonly FibRoute[]): NextHopResolver {
  const resolver = new NextHopResolver();
  for (const [i, r] of routes.entries()) resolver.onRoute({ kind: "set", key: `${i}`, value: r }, r.prefix);
  return resolver;
}
function resolved(resolver: NextHopResolver, address: string): string {
  const found = resolver.resolve(parseAddress(address)!);
  return found ? found.nexthops.map((h) => `${h.ifindex} ${h.via ? formatAddress(h.via) : "-"}`).join(", ") : "none";
}

describe("next hops", () => {
  it("on the link are their own gateway, others have the route's", () => {
    const resolver = given(route("10.0.0.0/24", 2), route("0.0.0.0/0", 2, "10.0.0.254"), route("fd00::/64", 3));
    assert.equal(resolved(resolver, "10.0.0.9"), "2 10.0.0.9");
    assert.equal(resolved(resolver, "10.9.9.9"), "2 10.0.0.254");
    assert.equal(resolved(resolver, "fd00::9"), "3 fd00::9");
    assert.equal(resolved(resolver, "fd01::9"), "none");
  });
  it("follow the lowest metric, and the next one when it goes", () => {
    const routes = [route("0.0.0.0/0", 2, "10.0.0.1", 100), route("0.0.0.0/0", 3, "10.1.0.1", 50)];
    for (const order of [routes, [...routes].reverse()])
      assert.equal(resolved(given(...order), "8.8.8.8"), "3 10.1.0.1");
    const resolver = given(...routes);
    resolver.onRoute({ kind: "delete", key: "1" }, routes[1]!.prefix);
    assert.equal(resolved(resolver, "8.8.8.8"), "2 10.0.0.1");
    resolver.onRoute({ kind: "delete", key: "0" }, routes[0]!.prefix);
    resolver.onRoute({ kind: "delete", key: "0" }, routes[0]!.prefix);
    assert.equal(resolved(resolver, "8.8.8.8"), "none");
  });
  it("take no way whose link is down", () => {
    const hops = [2, 3].map((ifindex) => ({ ifindex, via: parseAddress(`10.0.${ifindex}.1`)!, isDown: ifindex === 2 }));
    const forked = { ...route("10.9.0.0/16", 0), nexthops: hops };
    assert.equal(resolved(given(forked), "10.9.0.1"), "3 10.0.3.1");
    assert.equal(resolved(given({ ...forked, nexthops: [hops[0]!] }), "10.9.0.1"), "none");
  });
  it("do not rest on a route that drops", () => {
    assert.equal(
      resolved(given(route("10.0.0.0/8", 2), route("10.0.0.0/24", 0, undefined, 0, "blackhole")), "10.0.0.1"),
      "none",
    );
  });
});
