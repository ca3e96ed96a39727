import assert from "node:assert/strict";
import { writeJson } from "../datastore/json.ts";
import type { IPAMBlock } from "../datastore/model/ipam-block.ts";
import { apiVersion } from "../datastore/model/resource.ts";
import { resourcePath } from "../datastore/resource-key.ts";
import { seconds } from "../lib/unit.ts";
import { parseAddress } from "../net/address-text.ts";
import { formatPrefix } from "../net/prefix.ts";
import { newBlock } from "./block.ts";
import { putConfig, putNode, putPool } from "./sim/node.ts";
import { cidr, Rig, texts, wish } from "./sim/rig.ts";
import { readBlock } from "./stored.ts";

const address = (text: string) => parseAddress(text)!;

async function rigWith(poolCidr = "10.65.0.0/24", blockSize = 26): Promise<Rig> {
  const rig = new Rig();
  await putPool(rig.store, "pool", { cidr: poolCidr, blockSize });
  return rig;
}

async function blockOf(rig: Rig, path: string): Promise<IPAMBlock> {
  return readBlock((await rig.store.get(`/calico/ipam/v2/assignment/ipv4/block/${path}`))!)!;
}

describe("the allocator gives addresses", () => {
  it("from a block of its own, claimed with affinity and handle in one commit", async () => {
    const rig = await rigWith("10.65.0.0/26");
    const before = rig.server.history.revision;
    assert.deepEqual(texts(await rig.node("n1").assign(wish("net.a"))), ["10.65.0.0"]);
    assert.equal(rig.server.history.revision, before + 1);
    assert.deepEqual(await rig.paths(), [
      "assignment/ipv4/block/10.65.0.0-26",
      "handle/net.a",
      "host/n1/ipv4/block/10.65.0.0-26",
    ]);
    assert.deepEqual(await rig.problems(), []);
  });

  it("in two round trips once it knows its block: what is reserved, and the commit", async () => {
    const rig = await rigWith();
    const client = rig.client();
    const node = rig.node("n1", client);
    await node.assign(wish("net.a"));
    for (const handle of ["net.b", "net.c"]) {
      const before = client.operations;
      await node.assign(wish(handle));
      assert.equal(client.operations - before, 2);
    }
  });

  it("of both families together or not at all", async () => {
    const rig = await rigWith();
    const node = rig.node("n1");
    const both = wish("net.a", { families: ["ipv4", "ipv6"] });
    await assert.rejects(node.assign(both), { code: "ipam/no-pools", facts: { node: "n1", family: "ipv6" } });
    assert.deepEqual(await rig.paths(), []);
    await putPool(rig.store, "six", { cidr: "fd00:65::/64" });
    const given = await node.assign(both);
    assert.equal(given.length, 2);
    assert.match(texts(given)[1]!, /^fd00:65:/);
    assert.deepEqual(await rig.problems(), []);
  });

  it("as late again as possible", async () => {
    const rig = await rigWith("10.65.0.0/30", 30);
    const node = rig.node("n1");
    await node.assign(wish("net.a"));
    await node.releaseByHandle("net.a");
    const next = [];
    for (const handle of ["b", "c", "d", "e"]) next.push(...texts(await node.assign(wish(handle))));
    assert.deepEqual(next, ["10.65.0.1", "10.65.0.2", "10.65.0.3", "10.65.0.0"]);
  });

  it("many at once in few commits", async () => {
    const rig = await rigWith();
    const client = rig.client();
    const node = rig.node("n1", client);
    const before = rig.server.history.revision;
    const given = await Promise.all(Array.from({ length: 130 }, (_, i) => node.assign(wish(`net.${i}`))));
    assert.equal(new Set(given.flatMap(texts)).size, 130);
    assert.ok(rig.server.history.revision - before <= 4, `${rig.server.history.revision - before} commits`);
    assert.deepEqual(await rig.problems(), []);
  });

  it("to a handle that has some already, adding to its count", async () => {
    const rig = await rigWith();
    const node = rig.node("n1");
    await node.assign(wish("net.a"));
    await rig.node("n2").assign(wish("net.a"));
    await node.assign(wish("net.a"));
    assert.deepEqual(await rig.problems(), []);
    assert.equal((await node.addressesOf("net.a")).length, 3);
    assert.equal((await node.releaseByHandle("net.a")).length, 3);
    assert.deepEqual(await node.releaseByHandle("net.a"), [], "idempotent");
  });
});

describe("the allocator obeys", () => {
  it("nodeSelector, disabled, Manual, allowedUses and pools asked for", async () => {
    const rig = new Rig();
    await putNode(rig.store, "n1", { rack: "a" });
    await putPool(rig.store, "a-other-rack", { cidr: "10.1.0.0/24", nodeSelector: "rack == 'b'" });
    await putPool(rig.store, "b-disabled", { cidr: "10.2.0.0/24", disabled: true });
    await putPool(rig.store, "c-manual", { cidr: "10.3.0.0/24", assignmentMode: "Manual" });
    await putPool(rig.store, "d-tunnel", { cidr: "10.4.0.0/24", allowedUses: ["Tunnel"] });
    const node = rig.node("n1");
    await assert.rejects(node.assign(wish("h")), { code: "ipam/no-qualified-pool", facts: { use: "Workload" } });
    assert.match(texts(await node.assign(wish("t", { use: "Tunnel" })))[0]!, /^10\.4\./);
    assert.match(texts(await node.assign(wish("m", { pools: ["c-manual"] })))[0]!, /^10\.3\./);
    assert.match(texts(await node.assign(wish("o", { pools: ["10.1.0.0/24"] })))[0]!, /^10\.1\./);
    await assert.rejects(node.assign(wish("d", { pools: ["b-disabled"] })), { code: "ipam/no-such-pool" });
    await assert.rejects(
      node.assign(wish("x", { pools: ["nowhere"] })),
      /\(nowhere\) does not exist, or is not enabled/,
    );
  });

  it("a pool that was disabled since it last looked", async () => {
    const rig = await rigWith();
    const node = rig.node("n1");
    await node.assign(wish("net.a"));
    await putPool(rig.store, "pool", { cidr: "10.65.0.0/24", disabled: true });
    await assert.rejects(node.assign(wish("net.b")), { code: "ipam/no-pools" });
  });

  it("reservations, but not for an address asked for by name", async () => {
    const rig = await rigWith("10.65.0.0/30", 30);
    const path = resourcePath({ kind: "IPReservation", name: "r" });
    const spec = { reservedCIDRs: ["10.65.0.0/31"] };
    const value = writeJson({ kind: "IPReservation", apiVersion, metadata: { name: "r" }, spec });
    await rig.store.commit([], [{ key: path, value }], []);
    const node = rig.node("n1");
    assert.deepEqual(texts(await node.assign(wish("a"))), ["10.65.0.2"]);
    assert.deepEqual(texts(await node.assign(wish("b"))), ["10.65.0.3"]);
    await assert.rejects(node.assign(wish("c")), { code: "ipam/pool-full" });
    assert.deepEqual(texts(await node.assign(wish("c", { addresses: [address("10.65.0.1")] }))), ["10.65.0.1"]);
  });

  it("strict affinity: no borrowing, and the error says that there was something to borrow", async () => {
    const rig = await rigWith("10.65.0.0/30", 31);
    await putConfig(rig.store, { strict_affinity: true, auto_allocate_blocks: true });
    const [one, two, three] = [rig.node("n1"), rig.node("n2"), rig.node("n3")];
    await one.assign(wish("a"));
    await two.assign(wish("b"));
    await assert.rejects(three.assign(wish("c")), { code: "ipam/strict-affinity" });
    await one.assign(wish("d"));
    await two.assign(wish("e"));
    await assert.rejects(three.assign(wish("c")), { code: "ipam/pool-full" });
  });

  it("the limit of blocks a host, then borrows", async () => {
    const rig = await rigWith("10.65.0.0/28", 30);
    await putConfig(rig.store, { auto_allocate_blocks: true, maxBlocksPerHost: 1 });
    const node = rig.node("n1");
    for (const handle of ["a", "b", "c", "d"]) await node.assign(wish(handle));
    const facts = { node: "n1", family: "ipv4", pools: ["10.65.0.0/28"], ownBlocks: 1, limit: 1 };
    await assert.rejects(node.assign(wish("e")), { code: "ipam/block-limit", facts });
    await rig.node("n2").assign(wish("x"));
    const [borrowed] = await node.assign(wish("e"));
    assert.equal(borrowed!.borrowed, true);
  });

  it("AutoAllocateBlocks=false", async () => {
    const rig = await rigWith();
    await putConfig(rig.store, { auto_allocate_blocks: false });
    await assert.rejects(rig.node("n1").assign(wish("e")), { code: "ipam/no-auto-blocks" });
  });
});

describe("the allocator gives exactly the address asked for", () => {
  it("and says who has it otherwise", async () => {
    const rig = await rigWith();
    const node = rig.node("n1");
    const exact = { addresses: [address("10.65.0.77")] };
    const [given] = await node.assign(wish("net.a", exact));
    assert.equal(formatPrefix(given!.block), "10.65.0.64/26");
    assert.equal(given!.borrowed, false);
    assert.deepEqual(texts(await node.assign(wish("net.a", exact))), ["10.65.0.77"], "mine already");
    const facts = { address: "10.65.0.77", handle: "net.a" };
    await assert.rejects(rig.node("n2").assign(wish("net.b", exact)), { code: "ipam/address-taken", facts });
    const outside = { addresses: [address("10.66.0.1")] };
    await assert.rejects(node.assign(wish("net.a", outside)), /not in a configured pool \(10\.66\.0\.1\)/);
    assert.deepEqual(await rig.problems(), []);
  });

  it("from a block of nobody's where the pool does not select the node, and leaves nothing behind", async () => {
    const rig = new Rig();
    await putPool(rig.store, "far", { cidr: "10.1.0.0/24", nodeSelector: "rack == 'b'" });
    const node = rig.node("n1");
    const [given] = await node.assign(wish("net.a", { addresses: [address("10.1.0.9")] }));
    assert.equal(given!.borrowed, true);
    assert.deepEqual(await rig.paths(), ["assignment/ipv4/block/10.1.0.0-26", "handle/net.a"]);
    await node.releaseByHandle("net.a");
    assert.deepEqual(await rig.paths(), []);
  });
});

describe("the allocator takes addresses back", () => {
  it("only from the handle and the allocation that were meant", async () => {
    const rig = await rigWith("10.65.0.0/26");
    const node = rig.node("n1");
    await node.assign(wish("net.a"));
    const at = address("10.65.0.0");
    await assert.rejects(node.release([{ address: at, handle: "net.b" }]), { code: "ipam/bad-handle" });
    const { sequenceNumberForAllocation: sequences } = await blockOf(rig, "10.65.0.0-26");
    const sequenceNumber = sequences!["0"]!;
    const wrong = [{ address: at, sequenceNumber: sequenceNumber + 1n }];
    await assert.rejects(node.release(wrong), { code: "ipam/bad-sequence-number" });
    assert.deepEqual(await node.release([{ address: at, handle: "net.a", sequenceNumber }]), []);
    assert.deepEqual(await node.release([{ address: at }]), [at], "nobody had it");
    assert.deepEqual(await rig.paths(), ["assignment/ipv4/block/10.65.0.0-26", "host/n1/ipv4/block/10.65.0.0-26"]);
  });

  it("and keeps one empty block, the others go at once", async () => {
    const rig = await rigWith("10.65.0.0/28", 30);
    const node = rig.node("n1");
    for (let i = 0; i < 10; i++) await node.assign(wish(`h${i}`));
    assert.equal((await rig.paths()).filter((path) => path.startsWith("assignment")).length, 3);
    for (let i = 0; i < 10; i++) await node.releaseByHandle(`h${i}`);
    assert.equal((await rig.paths()).length, 2, "a block and its affinity");
    assert.equal((await node.releaseEmptyBlocks()).length, 1);
    assert.deepEqual(await rig.paths(), []);
  });

  it("by the hundred, within what a transaction holds", async () => {
    const rig = await rigWith();
    const node = rig.node("n1");
    const given = await Promise.all(Array.from({ length: 150 }, (_, i) => node.assign(wish(`h${i}`))));
    const sizes: number[] = [];
    const commit = rig.server.commit.bind(rig.server);
    rig.server.commit = (compares, puts, deletes) => {
      sizes.push(compares.length);
      return commit(compares, puts, deletes);
    };
    assert.deepEqual(await node.release(given.flat().map(({ address }) => ({ address }))), []);
    assert.ok(Math.max(...sizes) <= 128, `${Math.max(...sizes)} keys in a transaction`);
    assert.deepEqual(await rig.problems(), []);
  });

  it("of a pool that is gone", async () => {
    const rig = await rigWith();
    const node = rig.node("n1");
    const given = await node.assign(wish("net.a"));
    await rig.store.commit([], [], [resourcePath({ kind: "IPPool", name: "pool" })]);
    node.forget();
    assert.deepEqual(await node.release([{ address: given[0]!.address }]), []);
    assert.equal((await rig.paths()).length, 2);
  });

  it("and leaves its blocks to their borrowers when the node goes", async () => {
    const rig = await rigWith("10.65.0.0/31", 31);
    const [one, two] = [rig.node("n1"), rig.node("n2")];
    await one.assign(wish("a"));
    assert.equal((await two.assign(wish("b")))[0]!.borrowed, true);
    await one.releaseByHandle("a");
    assert.equal((await one.releaseAffinities()).length, 1);
    assert.equal((await blockOf(rig, "10.65.0.0-31")).affinity, null);
    await two.releaseByHandle("b");
    assert.deepEqual(await rig.paths(), []);
  });
});

describe("the allocator lives with what others leave", () => {
  it("takes over an empty block a minute after its claim, not before", async () => {
    const rig = await rigWith("10.65.0.0/31", 31);
    const [one, two] = [rig.node("n1"), rig.node("n2")];
    await one.assign(wish("a"));
    await one.releaseByHandle("a");
    assert.equal((await two.assign(wish("b")))[0]!.borrowed, true);
    await two.releaseByHandle("b");
    rig.clock.advance(seconds(61));
    assert.equal((await two.assign(wish("c")))[0]!.borrowed, false);
    assert.ok((await rig.paths()).includes("host/n2/ipv4/block/10.65.0.0-31"));
    assert.ok(!(await rig.paths()).includes("host/n1/ipv4/block/10.65.0.0-31"));
    assert.equal((await one.assign(wish("d")))[0]!.borrowed, true, "the old holder notices by itself");
    assert.deepEqual(await rig.problems(), []);
  });

  it("passes over a block it cannot read, and never overwrites it", async () => {
    const rig = await rigWith("10.65.0.0/31", 32);
    const broken = '{"cidr":"10.65.0.0/32","affinity":"host:n1","allocations":[7],"unallocated":[],"attributes":[]}';
    await rig.foreign("assignment/ipv4/block/10.65.0.0-32", broken);
    await rig.foreign("host/n1/ipv4/block/10.65.0.0-32", '{"state":"confirmed"}');
    const node = rig.node("n1");
    assert.deepEqual(texts(await node.assign(wish("a"))), ["10.65.0.1"]);
    await assert.rejects(node.assign(wish("b")), { code: "ipam/pool-full" });
    assert.equal((await rig.store.get("/calico/ipam/v2/assignment/ipv4/block/10.65.0.0-32"))!.value, broken);
  });

  it("keeps fields of a newer Calico", async () => {
    const rig = await rigWith("10.65.0.0/26");
    const node = rig.node("n1");
    await node.assign(wish("a"));
    const path = "assignment/ipv4/block/10.65.0.0-26";
    const { value } = (await rig.store.get(`/calico/ipam/v2/${path}`))!;
    await rig.foreign(
      path,
      value.replace('{"cidr"', '{"future":{"x":1},"cidr"').replace('{"handle_id"', '{"more":2,"handle_id"'),
    );
    await node.assign(wish("b"));
    const after = (await rig.store.get(`/calico/ipam/v2/${path}`))!.value;
    assert.match(after, /"future":\{"x":1\}/);
    assert.match(after, /"more":2/);
  });

  it("adopts a block that says it is ours while no affinity does", async () => {
    const rig = await rigWith("10.65.0.0/26");
    await rig.foreign("assignment/ipv4/block/10.65.0.0-26", writeJson(newBlock(cidr("10.65.0.0/26"), "host:n1", 5n)));
    const node = rig.node("n1");
    assert.equal((await node.assign(wish("a")))[0]!.borrowed, false);
    assert.ok((await rig.paths()).includes("host/n1/ipv4/block/10.65.0.0-26"));
  });

  it("finds addresses that others freed in its own blocks before it claims another", async () => {
    const rig = await rigWith("10.65.0.0/28", 30);
    const node = rig.node("n1");
    for (let i = 0; i < 4; i++) await node.assign(wish(`h${i}`));
    await rig.node("n1").releaseByHandle("h2");
    assert.equal((await node.assign(wish("x")))[0]!.borrowed, false);
    assert.equal((await rig.paths()).filter((path) => path.startsWith("assignment")).length, 1);
  });
});
