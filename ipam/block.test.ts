import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { writeJson } from "../datastore/json.ts";
import type { IPAMBlock } from "../datastore/model/ipam-block.ts";
import { judgeAffinity } from "./affinity.ts";
import {
  affinityOf,
  assignAt,
  assignNext,
  newBlock,
  nextVersion,
  ordinalsOf,
  release,
  roomIn,
  withAffinity,
} from "./block.ts";
import { blocksOf, handleMinus, handlePlus } from "./handle.ts";
import { cidr } from "./sim/rig.ts";
import { blockFault, readBlock } from "./stored.ts";
import { parseTimestamp } from "./timestamp.ts";

const owner = (handle: string) => ({ handle, attributes: { node: "n2" } });

describe("a block", () => {
  it("as Calico wrote it, is read and written back to the octet", () => {
    const value = readFileSync(new URL("testdata/calico-block.json", import.meta.url), "utf8").trim();
    const block = readBlock({ key: "k", value, revision: 1 })!;
    assert.equal(block.sequenceNumber, 1795223411475514664n);
    assert.equal(writeJson(block), value);
  });

  it("grows as Calico's would: the allocation has the number before the write, the write has the next", () => {
    const first = 1795223411475514662n;
    const made = newBlock(cidr("10.244.217.0/26"), "host:n2", first);
    const once = nextVersion(assignNext(made, owner("a"), () => false)!.block);
    const twice = nextVersion(assignNext(once, owner("b"), () => false)!.block);
    assert.deepEqual(twice.sequenceNumberForAllocation, { 0: first, 1: first + 1n });
    assert.equal(twice.sequenceNumber, first + 2n);
    const names = ["cidr", "affinity", "allocations", "unallocated", "attributes", "sequenceNumber"];
    assert.deepEqual(Object.keys(twice), [...names, "sequenceNumberForAllocation", "deleted"]);
    assert.deepEqual(Object.keys(twice.attributes[0]!), ["handle_id", "secondary"]);
  });

  it("shares a row of attributes between equal owners, and drops it with the last", () => {
    let block: IPAMBlock = newBlock(cidr("10.0.0.0/30"), null, 1n);
    for (const ordinal of [0, 2]) block = assignAt(block, ordinal, owner("a"));
    block = assignAt(block, 1, owner("b"));
    assert.deepEqual(block.allocations, [0, 1, 0, null]);
    block = release(block, [0]).block;
    assert.equal(block.attributes.length, 2);
    block = release(block, [2, 2, 3]).block;
    assert.deepEqual(block.allocations, [null, 0, null, null]);
    assert.deepEqual(block.unallocated, [3, 0, 2]);
  });

  it("passes over reserved addresses without losing them", () => {
    const block = newBlock(cidr("10.0.0.0/30"), null, 1n);
    const odd = (address: { readonly a: number }): boolean => address.a % 2 === 1;
    assert.equal(roomIn(block, odd), 2);
    const got = assignNext(assignNext(block, owner("a"), odd)!.block, owner("b"), odd)!;
    assert.deepEqual(got.block.unallocated, [1, 3]);
    assert.equal(assignNext(got.block, owner("c"), odd), undefined);
  });

  it("leaves alone what only cools down", () => {
    const block = assignAt(newBlock(cidr("10.0.0.0/31"), null, 1n), 0, owner("a"));
    const cooling = { ...block, attributes: [{ ...block.attributes[0]!, releasedAt: "2026-01-01T00:00:00Z" }] };
    assert.deepEqual(ordinalsOf(cooling, "a"), []);
    assert.deepEqual(assignNext(cooling, owner("a"), () => false)!.block.allocations, [0, 1], "a row of its own");
  });

  it("reads the affinity of an old Calico, and writes today's", () => {
    const { affinity: _, ...old } = newBlock(cidr("10.0.0.0/31"), null, 1n);
    const block = { ...old, hostAffinity: "n1" };
    assert.equal(affinityOf(block), "host:n1");
    assert.deepEqual(withAffinity(block, "host:n2"), { ...old, affinity: "host:n2" });
  });

  it("that contradicts itself is said to", () => {
    const block = newBlock(cidr("10.0.0.0/31"), null, 1n);
    assert.match(blockFault({ ...block, allocations: [null] })!, /1 allocations in 10\.0\.0\.0\/31/);
    assert.match(blockFault({ ...block, allocations: [0, null] })!, /points at no attribute/);
    assert.match(blockFault({ ...block, unallocated: [1, 1] })!, /listed free twice/);
    assert.match(blockFault({ ...assignAt(block, 0, owner("a")), unallocated: [0] })!, /ordinal 0 is listed free/);
  });
});

describe("a handle", () => {
  it("counts by block and ends with the last address", () => {
    const one = handlePlus(undefined, "10.0.0.0/26", 1);
    assert.equal(writeJson(one), '{"block":{"10.0.0.0/26":1},"deleted":false}');
    const two = handlePlus(one, "fd00::/122", 1);
    assert.deepEqual(blocksOf(two), ["10.0.0.0/26", "fd00::/122"]);
    assert.deepEqual(handleMinus(two, "fd00::/122", 1), one);
    assert.equal(handleMinus(one, "10.0.0.0/26", 1), undefined);
    assert.equal(handleMinus(one, "10.0.0.0/26", 9), undefined);
  });
});

describe("an affinity and its block", () => {
  const ours = newBlock(cidr("10.0.0.0/31"), "host:n1", 1n);
  const used = assignAt(ours, 0, owner("a"));
  const theirs = newBlock(cidr("10.0.0.0/31"), "host:n2", 1n);
  const nobodys = newBlock(cidr("10.0.0.0/31"), null, 1n);
  const rows = [
    ["confirmed", ours, "use"],
    ["confirmed", used, "use"],
    ["confirmed", theirs, "drop"],
    ["confirmed", nobodys, "drop"],
    ["confirmed", undefined, "claim"],
    ["pending", ours, "confirm"],
    ["pending", theirs, "drop"],
    ["pending", undefined, "claim"],
    ["pendingDeletion", ours, "finish-release"],
    ["pendingDeletion", used, "let-go"],
    ["pendingDeletion", theirs, "drop"],
    ["pendingDeletion", undefined, "drop"],
    ["", ours, "use"],
  ] as const;
  for (const [state, block, verdict] of rows) {
    const whose = block ? (affinityOf(block) ?? "nobody") : "no block";
    it(`${state || "(empty)"}, ${block === used ? "used by us" : whose}: ${verdict}`, () => {
      assert.equal(judgeAffinity({ state }, block, "host:n1"), verdict);
    });
  }
});

describe("timestamps", () => {
  it("are read as the platform reads them", () => {
    for (const wall of [0, 951782400000, 1795223411000, 4102444799000, 1709164800000, -86_400_000]) {
      assert.equal(parseTimestamp(new Date(wall).toISOString()), wall);
    }
    assert.equal(parseTimestamp("2026-11-21T03:10:11.5+02:00"), Date.parse("2026-11-21T01:10:11.500Z"));
    assert.equal(parseTimestamp("yesterday"), undefined);
  });
});
