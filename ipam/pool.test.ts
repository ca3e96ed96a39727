import assert from "node:assert/strict";
import { seededRandom } from "../lib/random.ts";
import { parseAddress } from "../net/address-text.ts";
import { formatPrefix, prefixKey } from "../net/prefix.ts";
import { blockCount, candidateBlocks, hostHash, shuffled } from "./candidate.ts";
import { blockAt, determinePools, type Pool, poolOf, poolOver } from "./pool.ts";
import { simSelects } from "./sim/node.ts";

function pool(name: string, spec: Parameters<typeof poolOf>[0]["spec"]): Pool {
  return poolOf({ metadata: { name }, spec })!;
}

const wish = {
  node: "n1",
  nodeLabels: { rack: "a" },
  namespaceLabels: {},
  family: "ipv4",
  use: "Workload",
  wanted: undefined,
} as const;
const names = (pools: readonly Pool[]): readonly string[] => pools.map((one) => one.name);

describe("pools", () => {
  it("have Calico's defaults", () => {
    const four = pool("p", { cidr: "10.0.0.0/16" });
    assert.deepEqual(
      [four.blockSize, four.disabled, four.manual, four.uses],
      [26, false, false, ["Workload", "Tunnel"]],
    );
    assert.equal(pool("p", { cidr: "fd00::/48" }).blockSize, 122);
    assert.equal(poolOf({ metadata: { name: "p" }, spec: { cidr: "10.0.0.0/28" } }), undefined);
  });

  it("are chosen by selectors of node and namespace, in order of their names", () => {
    const pools = [
      pool("z", { cidr: "10.0.0.0/24", nodeSelector: "rack == 'a'" }),
      pool("b", { cidr: "10.1.0.0/24", nodeSelector: "rack == 'b'" }),
      pool("n", { cidr: "10.2.0.0/24", namespaceSelector: "team == 'x'" }),
      pool("a", { cidr: "10.3.0.0/24", nodeSelector: "all()" }),
      pool("six", { cidr: "fd00::/64" }),
    ];
    assert.deepEqual(names(determinePools(pools, wish, simSelects)), ["a", "z"]);
    const inTeam = { ...wish, namespaceLabels: { team: "x" } };
    assert.deepEqual(names(determinePools(pools, inTeam, simSelects)), ["a", "n", "z"]);
    assert.deepEqual(
      names(determinePools(pools.toReversed(), wish, simSelects)),
      ["a", "z"],
      "whatever the order told",
    );
    assert.deepEqual(names(determinePools(pools, { ...wish, wanted: ["b", "10.2.0.0/24", "b"] }, simSelects)), [
      "b",
      "n",
    ]);
    assert.deepEqual(names(determinePools(pools, { ...wish, family: "ipv6" }, simSelects)), ["six"]);
  });

  it("cover addresses, the narrowest first", () => {
    const pools = [pool("wide", { cidr: "10.0.0.0/8" }), pool("narrow", { cidr: "10.1.0.0/16", blockSize: 28 })];
    const address = parseAddress("10.1.0.21")!;
    assert.equal(poolOver(pools, address)!.name, "narrow");
    assert.equal(formatPrefix(blockAt(pools[1]!, address)), "10.1.0.16/28");
  });
});

describe("candidate blocks", () => {
  it("are all blocks of the pool, once, from a start of the host's own", () => {
    const one = pool("p", { cidr: "10.0.0.0/22", blockSize: 26 });
    const of = (host: string): string[] => [...candidateBlocks(one, host, seededRandom(1))].map(prefixKey);
    const [first, second] = [of("node-1"), of("node-2")];
    assert.equal(new Set(first).size, 16);
    assert.deepEqual([...first].sort(), [...second].sort());
    assert.notEqual(first[0], second[0]);
    assert.deepEqual(of("node-1"), first);
  });

  it("start far out in an IPv6 pool of 2^58 blocks without being counted", () => {
    const one = pool("p", { cidr: "fd00::/64" });
    assert.equal(blockCount(one), 2 ** 32);
    const { value } = candidateBlocks(one, "node-1", seededRandom(1)).next();
    assert.equal(value!.length, 122);
  });

  it("of one address start by chance", () => {
    const one = pool("p", { cidr: "10.0.0.0/24", blockSize: 32 });
    const start = (seed: number): string => prefixKey(candidateBlocks(one, "n", seededRandom(seed)).next().value!);
    assert.ok(new Set([1, 2, 3, 4, 5].map(start)).size > 1);
  });

  it("hash hosts with FNV-1", () => {
    // Vectors of the FNV authors: "" is the offset basis, "a" and "foobar" from their test suite.
    assert.deepEqual([hostHash(""), hostHash("a"), hostHash("foobar")], [0x811c9dc5, 0x050c5d7e, 0x31f0b262]);
  });

  it("are shuffled without loss", () => {
    const members = [1, 2, 3, 4, 5, 6, 7];
    const mixed = shuffled(members, seededRandom(3));
    assert.notDeepEqual(mixed, members);
    assert.deepEqual([...mixed].sort(), members);
  });
});
