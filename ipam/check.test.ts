import assert from "node:assert/strict";
import { writeJson } from "../datastore/json.ts";
import { assignAt, newBlock, release } from "./block.ts";
import { cidr, Rig } from "./sim/rig.ts";

const block = newBlock(cidr("10.65.0.0/30"), "host:n1", 5n);
const path = "assignment/ipv4/block/10.65.0.0-30";
const confirmed = '{"state":"confirmed","deleted":false}';

/** The kinds of problems of books that hold these paths. */
async function found(...books: readonly (readonly [string, string])[]): Promise<readonly string[]> {
  const rig = new Rig();
  for (const [at, value] of books) await rig.foreign(at, value);
  return (await rig.problems()).map(({ kind, about }) => `${kind} ${about}`);
}

describe("a check of the books", () => {
  const affinity = ["host/n1/ipv4/block/10.65.0.0-30", confirmed] as const;
  const owned = assignAt(block, 1, { handle: "a", attributes: {} });

  it("finds nothing in what fits, claims half done and addresses that cool down among it", async () => {
    const cooling = release(owned, [1], "2026-01-01T00:00:00Z").block;
    assert.deepEqual(await found([path, writeJson(cooling)], affinity), []);
    assert.deepEqual(await found([path, writeJson(block)], [affinity[0], '{"state":"pending"}']), []);
    assert.deepEqual(await found([affinity[0], '{"state":"pendingDeletion"}']), []);
  });

  it("names a block whose owner has no affinity to it, and an affinity whose block is not its own", async () => {
    assert.deepEqual(await found([path, writeJson(block)]), ["block-without-affinity host:n1 on 10.65.0.0/30"]);
    assert.deepEqual(await found([path, writeJson(block)], affinity, ["host/n2/ipv4/block/10.65.0.0-30", confirmed]), [
      "foreign-affinity host:n2 on 10.65.0.0/30",
    ]);
    assert.deepEqual(await found(affinity), ["affinity-without-block host:n1 on 10.65.0.0/30"]);
  });

  it("names handles that are missing, empty or miscounted", async () => {
    const books = [[path, writeJson(owned)], affinity] as const;
    assert.deepEqual(await found(...books), ["missing-handle a"]);
    assert.deepEqual(
      await found(...books, ["handle/a", '{"block":{"10.65.0.0/30":2}}'], ["handle/b", '{"block":{}}']),
      ["handle-count a in 10.65.0.0/30", "orphan-handle b"],
    );
  });
});
