import assert from "node:assert/strict";
import { blocksPrefix, ipamPrefix } from "../datastore/ipam-key.ts";
import type { Store } from "../datastore/store.ts";
import { ManxError } from "../lib/error.ts";
import { formatAddress } from "../net/address-text.ts";
import type { Allocator } from "./allocator.ts";
import { checkIpam } from "./check.ts";
import type { Assigned } from "./request.ts";
import { putPool, simNode } from "./sim/node.ts";

/** What a store's test must offer: one client for each of three agents, and one that looks on. */
export interface ThreeClients {
  readonly agents: readonly [Store, Store, Store];
  readonly witness: Store;
  readonly close: () => Promise<void>;
}

/** Fails with what does not fit in the store now. */
export async function assertConsistent(store: Store): Promise<void> {
  assert.deepEqual(checkIpam((await store.list(ipamPrefix)).entries), []);
}

/** 200 addresses of a pool of four blocks, wanted by three agents at once, and everything after that. */
export async function shareAPool({ agents, witness }: ThreeClients, seed: number): Promise<void> {
  await putPool(witness, "small", { cidr: "10.65.0.0/24" });
  const nodes = agents.map((store, i) => simNode(`n${i}`, store, { seed: seed + i }));
  const wanted = Array.from({ length: 200 }, (_, i) => ({ handle: `net.c${i}`, node: nodes[i % 3]! }));
  const given = await Promise.all(wanted.map(({ handle, node }) => assignOne(node, handle)));
  const addresses = given.flat().map((one) => formatAddress(one.address));
  assert.equal(new Set(addresses).size, 200, "no address twice");
  await assertConsistent(witness);

  // 66 or 67 each: nobody can live on one block of 64, and there are four blocks for three.
  const borrowed = given.flat().filter((one) => one.borrowed).length;
  assert.ok(borrowed > 0, "somebody had to borrow");

  const more = await Promise.allSettled(Array.from({ length: 60 }, (_, i) => assignOne(nodes[i % 3]!, `net.d${i}`)));
  const refused = more.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
  assert.equal(refused.length, 4, "256 addresses, 260 wishes");
  for (const error of refused) {
    assert.ok(error instanceof ManxError, String(error));
    assert.equal(error.code, "ipam/pool-full");
    assert.match(error.message, /no free ipv4 address for node n\d in 10\.65\.0\.0\/24/);
  }
  await assertConsistent(witness);

  const handles = [
    ...wanted,
    ...Array.from({ length: 60 }, (_, i) => ({ handle: `net.d${i}`, node: nodes[(i + 1) % 3]! })),
  ];
  const freed = await Promise.all(handles.map(({ handle, node }) => node.releaseByHandle(handle)));
  assert.equal(freed.flat().length, 256);
  await assertConsistent(witness);
  const blocks = (await witness.list(blocksPrefix)).entries.length;
  assert.ok(blocks <= 4, `at most the nodes' last blocks are left, and there are ${blocks}`);
  for (const node of nodes) await node.releaseEmptyBlocks();
  assert.deepEqual((await witness.list(ipamPrefix)).entries, [], "nothing is left");
}

function assignOne(node: Allocator, handle: string): Promise<readonly Assigned[]> {
  return node.assign({ handle, attributes: { node: "x" }, families: ["ipv4"] });
}

/** The acceptance of the room, over any store. */
export function threeAgentsContract(open: () => Promise<ThreeClients>): void {
  it("shares a pool with too few blocks between three agents and leaves nothing behind", async () => {
    const clients = await open();
    try {
      await shareAPool(clients, 7);
    } finally {
      await clients.close();
    }
  });
}
