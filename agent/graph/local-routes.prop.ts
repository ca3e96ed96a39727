import assert from "node:assert/strict";
import fc from "fast-check";
import { formatPrefix, parsePrefix } from "../../net/prefix.ts";
import { advertisements } from "./advertisements.ts";
import { localNeighbours, localRoutes } from "./local-routes.ts";
import type { LinkState, LocalEndpoint } from "./planned.ts";

const prefixes = (texts: readonly string[]) => texts.map((t) => parsePrefix(t)!);
const endpoint = (key: string, interfaceName: string, addresses: readonly string[], mac?: string): LocalEndpoint => ({
  key,
  name: key,
  namespace: "default",
  interfaceName,
  addresses: prefixes(addresses),
  mac,
  labels: {},
  spoofs: false,
  identity: { orchestrator: "k8s", workload: "ns/a", endpoint: "eth0" },
});
const byKey = <V>(key: (v: V) => string, values: readonly V[]) => new Map(values.map((v) => [key(v), v]));
const links = byKey<LinkState>(
  (l) => l.name,
  [
    { name: "cali1", ifindex: 11, up: true },
    { name: "cali2", ifindex: 12, up: true },
    { name: "cali3", ifindex: 13, up: false },
  ],
);
const pools = prefixes(["10.0.0.0/16", "10.1.0.0/16", "fd00::/48"]).map((prefix) => ({ prefix, exported: true }));
const text = (routes: ReturnType<typeof localRoutes>) =>
  [...routes.values()]
    .map((r) =>
      r.kind === "workload"
        ? `${formatPrefix(r.prefix)} dev ${r.interfaceName}`
        : `blackhole ${formatPrefix(r.prefix)}`,
    )
    .sort();

describe("local routes", () => {
  it("lead to each workload address and blackhole the blocks, save blocks of one address", () => {
    const endpoints = byKey(
      (e) => e.key,
      [endpoint("a", "cali1", ["10.0.0.1/32", "fd00::1/128"]), endpoint("b", "cali2", ["10.0.0.2/32"])],
    );
    assert.deepEqual(text(localRoutes(endpoints, links, prefixes(["10.0.0.0/26", "fd00::/122", "10.0.0.9/32"]))), [
      "10.0.0.1/32 dev cali1",
      "10.0.0.2/32 dev cali2",
      "blackhole 10.0.0.0/26",
      "blackhole fd00::/122",
      "fd00::1/128 dev cali1",
    ]);
  });

  it("wait for the interface to be there and up", () => {
    const endpoints = byKey(
      (e) => e.key,
      [endpoint("a", "cali3", ["10.0.0.1/32"]), endpoint("b", "cali9", ["10.0.0.2/32"])],
    );
    assert.deepEqual(text(localRoutes(endpoints, links, [])), []);
  });

  it("give a contested address to the lesser key, whatever came first", () => {
    const keys = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"), { minLength: 1 });
    fc.assert(
      fc.property(keys, (order) => {
        const endpoints = byKey(
          (e) => e.key,
          order.map((key) => endpoint(key, key < "c" ? "cali1" : "cali2", ["10.0.0.1/32"])),
        );
        const winner = localRoutes(endpoints, links, []).get("10.0.0.1/32");
        assert.equal(winner?.kind === "workload" && winner.endpoint, [...order].sort()[0]);
      }),
    );
  });

  it("have a permanent neighbour where the endpoint says its MAC", () => {
    const endpoints = byKey(
      (e) => e.key,
      [endpoint("a", "cali1", ["10.0.0.1/32"], "aa:aa:aa:00:00:01"), endpoint("b", "cali2", ["10.0.0.2/32"])],
    );
    const neighbours = localNeighbours(localRoutes(endpoints, links, []), endpoints);
    assert.deepEqual([...neighbours.keys()], ["11 10.0.0.1"]);
  });
});

describe("announcements", () => {
  const endpoints = byKey(
    (e) => e.key,
    [endpoint("a", "cali1", ["10.0.0.1/32", "fd00::1/128"]), endpoint("b", "cali2", ["10.1.0.77/32", "192.0.2.1/32"])],
  );
  const routes = localRoutes(endpoints, links, prefixes(["10.0.0.0/26", "fd00::/122"]));

  it("are the blocks and what no block of ours covers, inside pools only", () => {
    const out = [...advertisements(routes, pools)].map(([key, a]) => `${key} ${a.kind}`).sort();
    assert.deepEqual(out, ["10.0.0.0/26 block", "10.1.0.77/32 address", "fd00::/122 block"]);
  });

  it("leave out pools that are not exported, also inside exported ones", () => {
    const inner = prefixes(["10.0.0.0/24"]).map((prefix) => ({ prefix, exported: false }));
    for (const list of [
      [...pools, ...inner],
      [...inner, ...pools],
    ]) {
      assert.deepEqual([...advertisements(routes, list).keys()].sort(), ["10.1.0.77/32", "fd00::/122"]);
    }
  });
});
