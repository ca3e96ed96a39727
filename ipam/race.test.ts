import assert from "node:assert/strict";
import { writeJson } from "../datastore/json.ts";
import type { ManxError } from "../lib/error.ts";
import { newBlock, release } from "./block.ts";
import { putConfig, putPool } from "./sim/node.ts";
import { cidr, Rig, texts, wish } from "./sim/rig.ts";
import { readBlock } from "./stored.ts";

const blockPath = "assignment/ipv4/block/10.65.0.0-26";
const affinityPath = (node: string): string => `host/${node}/ipv4/block/10.65.0.0-26`;
const emptyBlock = (affinity: string | null): string => writeJson(newBlock(cidr("10.65.0.0/26"), affinity, 1000n));

async function oneBlock(seed = 1): Promise<Rig> {
  const rig = new Rig(seed);
  await putPool(rig.store, "pool", { cidr: "10.65.0.0/26" });
  return rig;
}

/** The races that Calico's ipam_block_reader_writer_test.go knows, each in many orders. */
describe("races for blocks", () => {
  it("claims of different hosts to one block: one wins, the others borrow", async () => {
    for (let seed = 1; seed <= 30; seed++) {
      const rig = await oneBlock(seed);
      const nodes = ["n1", "n2", "n3", "n4"].map((name) => rig.node(name));
      const given = (await Promise.all(nodes.map((node, i) => node.assign(wish(`h${i}`))))).flat();
      assert.equal(new Set(texts(given)).size, 4);
      assert.equal(given.filter((one) => !one.borrowed).length, 1, `seed ${seed}`);
      assert.equal((await rig.paths()).filter((path) => path.startsWith("host/")).length, 1);
      assert.deepEqual(await rig.problems(), []);
    }
  });

  it("strict hosts that lose a claim are refused and leave nothing", async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const rig = await oneBlock(seed);
      await putConfig(rig.store, { strict_affinity: true, auto_allocate_blocks: true });
      const nodes = ["n1", "n2", "n3"].map((name) => rig.node(name));
      const ends = await Promise.allSettled(nodes.map((node, i) => node.assign(wish(`h${i}`))));
      const codes = ends.map((end) => (end.status === "rejected" ? (end.reason as ManxError).code : "given"));
      assert.deepEqual(codes.sort(), ["given", "ipam/strict-affinity", "ipam/strict-affinity"], `seed ${seed}`);
      assert.equal((await rig.paths()).length, 4, "configuration, block, affinity, handle");
    }
  });

  it("several writers of one host on one block, the agent and a plugin", async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const rig = await oneBlock(seed);
      const writers = [rig.node("n1"), rig.node("n1"), rig.node("n1")];
      const wishes = Array.from({ length: 30 }, (_, i) => writers[i % 3]!.assign(wish(`h${i}`)));
      const given = (await Promise.all(wishes)).flat();
      assert.equal(new Set(texts(given)).size, 30, `seed ${seed}`);
      assert.ok(given.every((one) => !one.borrowed));
      assert.deepEqual(await rig.problems(), []);
    }
  });

  it("a block given up while another host borrows from it is not deleted under the borrower", async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const rig = await oneBlock(seed);
      const [one, two] = [rig.node("n1"), rig.node("n2")];
      await one.assign(wish("a"));
      await one.releaseByHandle("a");
      const [given] = await Promise.all([two.assign(wish("b")), one.releaseEmptyBlocks()]);
      const block = readBlock((await rig.store.get(`/calico/ipam/v2/${blockPath}`))!)!;
      assert.equal(block.allocations.filter((index) => index !== null).length, 1, `seed ${seed}`);
      assert.equal(given.length, 1);
      assert.deepEqual(await rig.problems(), []);
    }
  });

  it("a cycle of claims and releases by three hosts ends with nothing", async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const rig = await oneBlock(seed);
      const nodes = ["n1", "n2", "n3"].map((name) => [name, rig.node(name)] as const);
      const cycle = async ([name, node]: (typeof nodes)[number]): Promise<void> => {
        for (let i = 0; i < 5; i++) {
          await node.assign(wish(`${name}.${i}`));
          await node.releaseByHandle(`${name}.${i}`);
          await node.releaseEmptyBlocks();
        }
      };
      await Promise.all(nodes.map(cycle));
      assert.deepEqual(await rig.problems(), []);
      // A block may have been lent when its holder last looked.
      for (const [, node] of nodes) await node.releaseEmptyBlocks();
      assert.deepEqual(await rig.paths(), [], `seed ${seed}`);
    }
  });

  it("a competitor that is always faster ends in TooContended, not in a wrong answer", async () => {
    const rig = await oneBlock();
    const client = rig.client();
    const node = rig.node("n1", client);
    await node.assign(wish("a"));
    const rival = rig.node("n1");
    let turn = 0;
    const commit = client.commit.bind(client);
    client.commit = async (...asked) => {
      const handle = `rival${Math.floor(turn / 2)}`;
      await (turn++ % 2 === 0 ? rival.assign(wish(handle)) : rival.releaseByHandle(handle));
      return commit(...asked);
    };
    await assert.rejects(node.assign(wish("b")), { code: "ipam/contended" });
    client.commit = commit;
    assert.deepEqual(await node.addressesOf("b"), []);
    assert.equal((await node.assign(wish("b"))).length, 1, "and it works again");
    assert.deepEqual(await rig.problems(), []);
  });
});

describe("what a killed Calico leaves half done", () => {
  const state = (word: string): string => `{"state":"${word}","deleted":false}`;

  it("pending, block ours: confirmed", async () => {
    const rig = await oneBlock();
    await rig.foreign(affinityPath("n1"), state("pending"));
    await rig.foreign(blockPath, emptyBlock("host:n1"));
    assert.equal((await rig.node("n1").assign(wish("a")))[0]!.borrowed, false);
    assert.equal((await rig.store.get(`/calico/ipam/v2/${affinityPath("n1")}`))!.value, state("confirmed"));
  });

  it("pending, no block: claimed", async () => {
    const rig = await oneBlock();
    await rig.foreign(affinityPath("n1"), state("pending"));
    assert.equal((await rig.node("n1").assign(wish("a")))[0]!.borrowed, false);
    assert.equal((await rig.store.get(`/calico/ipam/v2/${affinityPath("n1")}`))!.value, state("confirmed"));
    assert.deepEqual(await rig.problems(), []);
  });

  it("pending, block of another: dropped, and the other's address borrowed", async () => {
    const rig = await oneBlock();
    await rig.foreign(affinityPath("n1"), state("pending"));
    await rig.foreign(affinityPath("n2"), state("confirmed"));
    await rig.foreign(blockPath, emptyBlock("host:n2"));
    assert.equal((await rig.node("n1").assign(wish("a")))[0]!.borrowed, true);
    assert.ok(!(await rig.paths()).includes(affinityPath("n1")));
    assert.ok((await rig.paths()).includes(affinityPath("n2")));
  });

  it("pendingDeletion, block ours and empty: both go, then the block is claimed anew", async () => {
    const rig = await oneBlock();
    await rig.foreign(affinityPath("n1"), state("pendingDeletion"));
    await rig.foreign(blockPath, emptyBlock("host:n1"));
    assert.equal((await rig.node("n1").assign(wish("a")))[0]!.borrowed, false);
    assert.equal((await rig.store.get(`/calico/ipam/v2/${affinityPath("n1")}`))!.value, state("confirmed"));
  });

  it("pendingDeletion, block ours with addresses: the block stays, without affinity", async () => {
    const rig = await oneBlock();
    await rig.node("n1").assign(wish("a"));
    await rig.foreign(affinityPath("n1"), state("pendingDeletion"));
    assert.equal((await rig.node("n1").assign(wish("b")))[0]!.borrowed, true);
    assert.deepEqual(
      (await rig.paths()).filter((path) => path.startsWith("host/")),
      [],
    );
    assert.deepEqual(await rig.problems(), []);
  });

  it("an affinity without value or state: confirmed, as of old", async () => {
    for (const value of ["", "{}", '{"state":""}']) {
      const rig = await oneBlock();
      await rig.foreign(affinityPath("n1"), value);
      await rig.foreign(blockPath, emptyBlock("host:n1"));
      assert.equal((await rig.node("n1").assign(wish("a")))[0]!.borrowed, false, value);
    }
  });

  it("a handle that counts too many, and one that knows nothing, are released all the same", async () => {
    const rig = await oneBlock();
    const node = rig.node("n1");
    await node.assign(wish("a"));
    await rig.foreign("handle/a", '{"block":{"10.65.0.0/26":5,"10.99.0.0/26":1},"deleted":false}');
    assert.equal((await node.releaseByHandle("a")).length, 1);
    await rig.foreign("handle/orphan", '{"block":{"10.65.0.0/26":1},"deleted":false}');
    assert.deepEqual(await node.releaseByHandle("orphan"), []);
    await node.releaseEmptyBlocks();
    assert.deepEqual(await rig.paths(), []);
  });

  it("a foreign writer that frees addresses while we assign", async () => {
    const rig = await oneBlock();
    const node = rig.node("n1");
    await node.assign(wish("a"));
    const path = `/calico/ipam/v2/${blockPath}`;
    rig.server.beforeCommit = () => {
      const entry = rig.server.history.get(path)!;
      const { block } = release(readBlock(entry)!, [0]);
      rig.server.history.apply([{ key: path, value: writeJson(block) }], ["/calico/ipam/v2/handle/a"]);
    };
    assert.deepEqual(texts(await node.assign(wish("b"))), ["10.65.0.1"]);
    assert.deepEqual(await rig.problems(), []);
    assert.equal((await rig.paths()).filter((one) => one.startsWith("handle")).length, 1);
  });
});

describe("an address asked for by name in a block that appears meanwhile", () => {
  it("is given in that block, not in one written over it", async () => {
    const rig = await oneBlock();
    const node = rig.node("n1");
    // The node's hint of the block is that there is none; reading its own blocks then finds what a plugin claimed.
    await assert.rejects(node.assign(wish("x", { pools: ["none"] })), { code: "ipam/no-such-pool" });
    const client = rig.client();
    const late = rig.node("n1", client);
    const get = client.get.bind(client);
    client.get = async (path) => {
      const found = await get(path);
      if (path.endsWith(blockPath) && !found && (await rig.paths()).length === 0) {
        await rig.node("n1").assign(wish("first"));
      }
      return found;
    };
    const given = await late.assign(wish("a", { addresses: [cidr("10.65.0.9/32")] }));
    assert.deepEqual(texts(given), ["10.65.0.9"]);
    assert.equal((await rig.node("n1").addressesOf("first")).length, 1, "the first one's address is still its own");
    assert.deepEqual(await rig.problems(), []);
  });
});
