import assert from "node:assert/strict";
import type { FibRoute } from "../../kernel/fib-route.ts";
import { formatAddress, parseAddress } from "../../net/address-text.ts";
import { formatPrefix, parsePrefix } from "../../net/prefix.ts";
import { NextHopResolver } from "../graph/next-hop-resolver.ts";
import type { PlannedPeer } from "../graph/planned.ts";
import { ReachRoutes } from "./reach-routes.ts";

function setUp() {
  const resolver = new NextHopResolver();
  const kernel = new Map<string, string>();
  let writes = 0;
  const routes = new ReachRoutes(resolver, {
    want(prefix, { nexthops }) {
      writes++;
      kernel.set(formatPrefix(prefix), nexthops.map((h) => `${formatAddress(h.via!)}@${h.ifindex}`).join());
    },
    unwant(prefix) {
      writes++;
      kernel.delete(formatPrefix(prefix));
    },
  });
  const link = (prefix: string, ifindex: number | undefined, via?: string): void => {
    const nexthops = [{ ifindex: ifindex ?? 0, ...(via && { via: parseAddress(via)! }) }];
    const parsed = parsePrefix(prefix)!;
    const value: FibRoute = {
      table: 254,
      prefix: parsed,
      metric: 0,
      protocol: 2,
      type: "unicast",
      scope: "link",
      nexthops,
    };
    resolver.onRoute(
      ifindex === undefined ? { kind: "delete", key: prefix } : { kind: "set", key: prefix, value },
      parsed,
    );
  };
  const peer = (address: string, by?: string): PlannedPeer =>
    ({ address: parseAddress(address)!, reachableBy: by && parseAddress(by) }) as unknown as PlannedPeer;
  return { routes, link, peer, kernel, writes: () => writes };
}
const nobody = (): boolean => false;

describe("a peer that is reached by a router", () => {
  it("has a route while it is planned and the router is on a link of ours, in either family", () => {
    const { routes, link, peer, kernel, writes } = setUp();
    const peers = [peer("192.0.2.1", "10.0.0.254"), peer("2001:db8::1", "fd00::fe"), peer("10.0.0.5")];
    routes.follow(peers, nobody);
    assert.deepEqual([kernel.size, writes()], [0, 0], "nobody knows the routers yet");
    link("10.0.0.0/24", 2);
    link("fd00::/64", 3);
    routes.changed();
    const both = [
      ["192.0.2.1/32", "10.0.0.254@2"],
      ["2001:db8::1/128", "fd00::fe@3"],
    ];
    assert.deepEqual([...kernel], both);
    routes.follow(peers, nobody);
    routes.changed();
    assert.equal(writes(), 2, "nothing is written twice");
    link("10.0.0.0/24", 4);
    routes.changed();
    assert.equal(kernel.get("192.0.2.1/32"), "10.0.0.254@4");
    routes.follow([peer("192.0.2.1", "10.0.0.253")], nobody);
    assert.deepEqual([...kernel], [["192.0.2.1/32", "10.0.0.253@4"]]);
    link("10.0.0.0/24", undefined);
    routes.changed();
    assert.equal(kernel.size, 0, "its router cannot be reached");
    link("10.0.0.0/24", 4);
    routes.follow([], nobody);
    assert.equal(kernel.size, 0);
  });

  it("has none by a router behind another one, by itself, or where a workload has the address", () => {
    const { routes, link, peer, kernel, writes } = setUp();
    link("0.0.0.0/0", 2, "10.0.0.1");
    link("10.0.0.0/24", 2);
    routes.follow([peer("192.0.2.1", "198.51.100.1"), peer("10.0.0.9", "10.0.0.9")], nobody);
    assert.equal(kernel.size, 0);
    const one = [peer("192.0.2.2", "10.0.0.254")];
    routes.follow(one, nobody);
    const before = writes();
    routes.follow(one, (key) => key === "192.0.2.2/32");
    assert.equal(writes(), before, "the workload's route is not ours to take away");
    kernel.clear();
    routes.follow(one, nobody);
    assert.deepEqual([...kernel], [["192.0.2.2/32", "10.0.0.254@2"]]);
  });
});
