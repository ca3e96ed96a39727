import assert from "node:assert/strict";
import { parseAddress } from "../../net/address-text.ts";
import { parsePrefix } from "../../net/prefix.ts";
import { type FibRoute, formatRoute, type NextHop } from "../fib-route.ts";
import { joinedRoutes } from "./joined-routes.ts";

const way = (ifindex: number, via?: string): NextHop => ({ ifindex, ...(via && { via: parseAddress(via)! }) });

function route(prefix: string, nexthops: readonly NextHop[], protocol = 4): FibRoute {
  const place = { table: 254, prefix: parsePrefix(prefix)!, metric: 1024, protocol };
  return { ...place, type: "unicast", scope: "universe", nexthops };
}

const joined = (...routes: FibRoute[]): string[] => joinedRoutes(routes).map(formatRoute);

describe("IPv6 routes of a dump", () => {
  it("are one where their next hops were listed one by one", () => {
    const one = way(3, "fd09::3");
    const two = way(2, "fd09::2");
    const three = way(4, "fd09::4");
    const apart = [route("fd01::/64", [one]), route("fd01::/64", [two]), route("fd01::/64", [three])];
    assert.deepEqual(joined(...apart), [formatRoute(route("fd01::/64", [two, one, three]))]);
  });

  it("stay apart where they differ in prefix, owner or metric, or have no gateway", () => {
    const gateway = [way(2, "fd09::2")];
    const routes = [
      route("fd01::/64", gateway),
      route("fd02::/64", gateway),
      route("fd02::/64", gateway, 17),
      { ...route("fd02::/64", gateway, 17), metric: 7 },
      route("fe80::/64", [way(2)]),
      route("fe80::/64", [way(3)]),
    ];
    assert.deepEqual(joined(...routes), routes.map(formatRoute));
  });
});
