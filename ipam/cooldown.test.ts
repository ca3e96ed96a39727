import assert from "node:assert/strict";
import { seconds } from "../lib/unit.ts";
import { parseAddress } from "../net/address-text.ts";
import { assignNext, collect, isEmpty, newBlock, ownerAt, release } from "./block.ts";
import { isCool } from "./cooldown.ts";
import { putConfig, putPool } from "./sim/node.ts";
import { cidr, Rig, texts, wish } from "./sim/rig.ts";
import { blockFault, readBlock } from "./stored.ts";

const blockKey = "/calico/ipam/v2/assignment/ipv4/block/10.65.0.0-30";

async function coolRig(): Promise<Rig> {
  const rig = new Rig();
  await putPool(rig.store, "pool", { cidr: "10.65.0.0/30", blockSize: 30 });
  await putConfig(rig.store, { auto_allocate_blocks: true, ipCooldownSeconds: 60 });
  return rig;
}

describe("cooling down", () => {
  it("keeps the last owner and the time in a row of the block, in no queue", () => {
    let block = newBlock(cidr("10.0.0.0/30"), "host:n", 7n);
    for (const handle of ["a", "a", "b"]) block = assignNext(block, { handle, attributes: {} }, () => false)!.block;
    const after = release(block, [0, 1], "2026-01-01T00:00:00Z").block;
    assert.equal(blockFault(after), undefined);
    assert.deepEqual(after.unallocated, [3]);
    assert.deepEqual(after.attributes, [
      { handle_id: "b", secondary: {} },
      { handle_id: "a", secondary: {}, releasedAt: "2026-01-01T00:00:00Z" },
    ]);
    assert.equal(ownerAt(after, 0), undefined);
    assert.deepEqual([...release(after, [0]).returned], [], "what cools down is not released twice");
    const later = collect(after, () => true);
    assert.deepEqual([later.unallocated, later.attributes.length], [[3, 0, 1], 1]);
    assert.equal(
      collect(after, () => false),
      after,
    );
  });

  it("is over after its time, and never outlasts a wrong clock", () => {
    const at = Date.UTC(2026, 0, 1);
    const time = "2026-01-01T00:00:00Z";
    assert.deepEqual(
      [59_999, 60_000, -1_200_000, -1_200_001].map((passed) => isCool(time, 60, at + passed)),
      [false, true, false, true],
    );
    assert.ok(isCool("yesterday", 60, at));
    assert.ok(isCool(time, 0, at), "a configuration without cooldown lets everything go");
  });

  it("gives a released address to nobody until then, except who asks for it by name", async () => {
    const rig = await coolRig();
    const node = rig.node("n1");
    for (const handle of ["a", "b", "c", "d"]) await node.assign(wish(handle));
    await node.releaseByHandle("a");
    await node.releaseByHandle("b");
    assert.deepEqual(await rig.problems(), []);
    await assert.rejects(node.assign(wish("e")), { code: "ipam/pool-full" });
    assert.equal((await node.assign(wish("e", { addresses: [parseAddress("10.65.0.1")!] }))).length, 1);
    rig.clock.advance(seconds(60));
    assert.deepEqual(texts(await node.assign(wish("f"))), ["10.65.0.0"]);
    assert.deepEqual(await rig.problems(), []);
  });

  it("is decided by the configuration as it stands at the release", async () => {
    const rig = await coolRig();
    const node = rig.node("n1");
    await node.assign(wish("a"));
    await putConfig(rig.store, { auto_allocate_blocks: true });
    await node.releaseByHandle("a");
    assert.ok(isEmpty(readBlock((await rig.store.get(blockKey))!)!));
  });

  it("does not keep a block for ever when the node goes", async () => {
    const rig = await coolRig();
    const node = rig.node("n1");
    await node.assign(wish("a"));
    await node.releaseByHandle("a");
    await node.releaseAffinities();
    assert.deepEqual(await rig.paths(), ["assignment/ipv4/block/10.65.0.0-30", "config"]);
    await rig.node("n2").collectCooled(cidr("10.65.0.0/30"));
    assert.equal((await rig.paths()).length, 2, "it still cools down");
    rig.clock.advance(seconds(60));
    await rig.node("n2").collectCooled(cidr("10.65.0.0/30"));
    assert.deepEqual(await rig.paths(), ["config"]);
  });
});
