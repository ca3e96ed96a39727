import assert from "node:assert/strict";
import { blockPath } from "../datastore/ipam-key.ts";
import { writeJson } from "../datastore/json.ts";
import { formatAddress, parseAddress } from "../net/address-text.ts";
import { formatPrefix } from "../net/prefix.ts";
import { assignAt, newBlock } from "./block.ts";
import { poolOf } from "./pool.ts";
import { allocationOf, blocksIn, borrowedIn, usageOf } from "./show.ts";
import { cidr } from "./sim/rig.ts";

const owner = (handle: string, attributes: Record<string, string>) => ({ handle, attributes });
let first = newBlock(cidr("10.0.0.0/30"), "host:n1", 1n);
first = assignAt(first, 0, owner("net.a", { node: "n1", pod: "a", namespace: "d" }));
first = assignAt(first, 2, owner("net.b", { node: "n2", pod: "b", namespace: "d" }));
let second = newBlock(cidr("10.0.0.8/30"), null, 1n);
second = assignAt(second, 1, owner("vxlan-tunnel-addr-n3", { node: "n3", type: "vxlanTunnelAddress" }));
const entries = [second, first].map((block, i) => {
  return { key: blockPath(cidr(block.cidr)), value: writeJson(block), revision: i + 1 };
});
const blocks = blocksIn([...entries, { key: blockPath(cidr("10.0.0.12/30")), value: "{", revision: 9 }]);
const pools = [poolOf({ metadata: { name: "p" }, spec: { cidr: "10.0.0.0/24", blockSize: 30 } })!];

describe("what ipam show says", () => {
  it("of pools and blocks, an unreadable block left out", () => {
    const rows = usageOf(pools, blocks, [cidr("10.0.0.0/31"), cidr("10.0.0.1/32"), cidr("10.0.0.64/28")], true);
    const brief = rows.map((row) => [
      row.grouping,
      formatPrefix(row.cidr),
      row.total,
      row.inUse,
      row.reserved,
      row.free,
    ]);
    assert.deepEqual(brief, [
      ["IP Pool", "10.0.0.0/24", 256, 3, 18, 236],
      ["Block", "10.0.0.0/30", 4, 2, 2, 1],
      ["Block", "10.0.0.8/30", 4, 1, 0, 3],
    ]);
  });

  it("of borrowed addresses, also those of blocks of nobody's", () => {
    const rows = borrowedIn(blocks).map((one) => [
      formatAddress(one.address),
      one.node,
      one.blockOwner,
      one.type,
      one.allocatedTo,
    ]);
    assert.deepEqual(rows, [
      ["10.0.0.2", "n2", "n1", "pod", "d/b"],
      ["10.0.0.9", "n3", "", "vxlanTunnelAddress", ""],
    ]);
  });

  it("of one address", () => {
    assert.equal(allocationOf(blocks, parseAddress("10.0.0.2")!)!.handle, "net.b");
    assert.equal(allocationOf(blocks, parseAddress("10.0.0.3")!), undefined);
    assert.equal(allocationOf(blocks, parseAddress("10.9.0.3")!), undefined);
  });
});
