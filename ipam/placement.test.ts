import assert from "node:assert/strict";
import { affinityPath, blocksPrefix, ipamPrefix } from "../datastore/ipam-key.ts";
import { writeJson } from "../datastore/json.ts";
import { apiVersion } from "../datastore/model/resource.ts";
import { resourcePath } from "../datastore/resource-key.ts";
import { blockOwners } from "./block-owners.ts";
import { putNode, putPool, simNode } from "./sim/node.ts";
import { cidr, Rig, texts, wish } from "./sim/rig.ts";

async function reserve(rig: Rig, ...reservedCIDRs: string[]): Promise<void> {
  const spec = { kind: "IPReservation", apiVersion, metadata: { name: "r" }, spec: { reservedCIDRs } };
  await rig.store.commit([], [{ key: resourcePath({ kind: "IPReservation", name: "r" }), value: writeJson(spec) }], []);
}

describe("where an address comes from", () => {
  it("a reservation binds from its creation on, and until its end", async () => {
    const rig = new Rig();
    await putPool(rig.store, "pool", { cidr: "10.65.0.0/29", blockSize: 29 });
    const node = rig.node("n1");
    await node.assign(wish("a"));
    await reserve(rig, "10.65.0.1/32", "10.65.0.2/31");
    assert.deepEqual(texts(await node.assign(wish("b"))), ["10.65.0.4"]);
    await rig.store.commit([], [], [resourcePath({ kind: "IPReservation", name: "r" })]);
    assert.deepEqual(texts(await node.assign(wish("c"))), ["10.65.0.1"]);
  });

  it("a first block is claimed without reading every block of the cluster", async () => {
    const rig = new Rig();
    await putPool(rig.store, "pool", { cidr: "10.65.0.0/16" });
    const lists: string[] = [];
    for (let i = 0; i < 40; i++) {
      const client = rig.client();
      const list = client.list.bind(client);
      client.list = (prefix) => {
        lists.push(prefix);
        return list(prefix);
      };
      await rig.node(`node-${i}`, client).assign(wish(`h${i}`));
    }
    assert.deepEqual(
      lists.filter((prefix) => prefix.startsWith(blocksPrefix)),
      [],
    );
    assert.deepEqual(await rig.problems(), []);
  });

  it("empty blocks of a pool that no longer selects the node do not count towards its limit", async () => {
    const rig = new Rig();
    await putNode(rig.store, "n1", { zone: "a" });
    await putPool(rig.store, "a", { cidr: "10.65.0.0/30", blockSize: 30, nodeSelector: "zone == 'a'" });
    await putPool(rig.store, "b", { cidr: "10.66.0.0/30", blockSize: 30, nodeSelector: "zone == 'b'" });
    const node = rig.node("n1");
    await node.assign(wish("x"));
    await node.releaseByHandle("x");
    await putNode(rig.store, "n1", { zone: "b" });
    node.settingsChanged();
    assert.deepEqual(texts(await node.assign(wish("y"))), ["10.66.0.0"]);
    const paths = await rig.paths();
    assert.deepEqual(
      paths.filter((path) => path.includes("10.65.0.0")),
      [],
      "the old block is given up",
    );
    assert.deepEqual(await rig.problems(), []);
  });

  it("a load balancer's blocks are virtual: no host takes, borrows or counts them", async () => {
    const rig = new Rig();
    await putPool(rig.store, "lb", { cidr: "10.67.0.0/29", blockSize: 30, allowedUses: ["LoadBalancer"] });
    const virtual = simNode("load-balancer", rig.client(), { clock: rig.clock, owner: "virtual" });
    const given = await virtual.assign(wish("lb-1", { use: "LoadBalancer" }));
    assert.equal(given[0]!.borrowed, false);
    const key = affinityPath("virtual", "load-balancer", given[0]!.block);
    assert.ok(await rig.store.get(key), key);
    assert.deepEqual(await rig.problems(), []);
    await assert.rejects(rig.node("n1").assign(wish("a")), { code: "ipam/no-qualified-pool" });
    await assert.rejects(virtual.assign(wish("b")), { code: "ipam/no-qualified-pool" });
    await virtual.releaseByHandle("lb-1");
    assert.deepEqual(await virtual.releaseEmptyBlocks(), [given[0]!.block]);
    assert.deepEqual(await rig.paths(), []);
  });

  it("everything a node has goes back when the node goes, borrowed addresses too", async () => {
    const rig = new Rig();
    await putPool(rig.store, "pool", { cidr: "10.65.0.0/30", blockSize: 30 });
    const [one, two] = [rig.node("n1"), rig.node("n2")];
    const of = (node: string) => ({ attributes: { node, namespace: "d", pod: "p" } });
    await one.assign(wish("a", of("n1")));
    await two.assign(wish("b", of("n2")));
    await one.assign(wish("c", of("n1")));
    assert.deepEqual(
      (await two.releaseHost()).map(({ a }) => a & 3),
      [1],
    );
    assert.equal((await one.releaseHost()).length, 2);
    await one.releaseAffinities();
    assert.deepEqual(await rig.paths(), []);
    assert.deepEqual(await one.releaseHost(), []);
  });

  it("a block that was touched since it was seen empty is kept", async () => {
    const rig = new Rig();
    await putPool(rig.store, "pool", { cidr: "10.65.0.0/30", blockSize: 30 });
    const node = rig.node("n1");
    await node.assign(wish("a"));
    await node.releaseByHandle("a");
    const block = cidr("10.65.0.0/30");
    assert.equal(await node.releaseUnusedBlock(block, 5n), false);
    const text = (await rig.store.get("/calico/ipam/v2/assignment/ipv4/block/10.65.0.0-30"))!.value;
    const sequence = BigInt(/"sequenceNumber":(\d+)/.exec(text)![1]!);
    assert.equal(await rig.node("n2").releaseUnusedBlock(block, sequence), false, "not n2's");
    assert.equal(await node.releaseUnusedBlock(block, sequence), true);
    assert.deepEqual(await rig.paths(), []);
  });
});

describe("who owns blocks of a pool", () => {
  it("is who has a block, or has begun to claim one, host or virtual", async () => {
    const rig = new Rig();
    await putPool(rig.store, "pool", { cidr: "10.65.0.0/24" });
    await rig.node("n1").assign(wish("a"));
    await rig.foreign("host/n2/ipv4/block/10.65.0.192-26", '{"state":"pending","deleted":false}');
    await rig.foreign("virtual/lb/ipv4/block/10.65.0.128-26", '{"state":"pending","deleted":false}');
    await rig.foreign("host/n3/ipv4/block/10.66.0.0-26", '{"state":"confirmed","deleted":false}');
    const owners = blockOwners((await rig.store.list(ipamPrefix)).entries, cidr("10.65.0.0/24"));
    assert.deepEqual(
      owners.map(({ kind, name }) => `${kind}:${name}`),
      ["host:n1", "host:n2", "virtual:lb"],
    );
  });
});
