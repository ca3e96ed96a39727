import assert from "node:assert/strict";
import { parseAddress } from "../../net/address-text.ts";
import { parsePrefix } from "../../net/prefix.ts";
import { KernelRoutes } from "../bgp/kernel-routes.ts";
import { NextHopResolver } from "../graph/next-hop-resolver.ts";

const nobody = { applyBatch() {}, sweep() {}, settled: async () => {} };

/** Routes of ours over links with these prefixes. */
function routes(...prefixes: readonly string[]): KernelRoutes {
  const resolver = new NextHopResolver();
  for (const text of prefixes) {
    const prefix = parsePrefix(text)!;
    const way = { type: "unicast", scope: "link", nexthops: [{ ifindex: 2 }] } as const;
    const route = { table: 254, metric: 256, protocol: 2, prefix, ...way };
    resolver.onRoute({ kind: "set", key: text, value: route }, prefix);
  }
  return new KernelRoutes(resolver, nobody, () => 2);
}

describe("a next hop with a global and a link-local address", () => {
  const hop = { address: parseAddress("fd99::2")!, linkLocal: parseAddress("fe80::2")! };

  it("is reached by the global one, or where we know nothing of that by the other", () => {
    assert.deepEqual(routes("fd99::/64").resolve(hop), { reachable: true, metric: 256 });
    assert.deepEqual(routes("fe80::/64").resolve(hop), { reachable: true, metric: 256 });
  });

  it("is not reached by an address that it does not have", () => {
    assert.equal(routes("fd98::/64").resolve(hop).reachable, false);
    assert.equal(routes("fe80::/64").resolve({ address: hop.address, linkLocal: undefined }).reachable, false);
  });
});
