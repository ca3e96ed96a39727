import assert from "node:assert/strict";
import fc from "fast-check";
import type { IPPool } from "../datastore/model/ip-pool.ts";
import { problemText } from "../datastore/problem.ts";
import { covers, overlaps, parsePrefix } from "../net/prefix.ts";
import { isSplit, type PoolSplit, planSplit, splitAnnotation } from "./split.ts";

function pool(name: string, spec: IPPool["spec"]): IPPool {
  return { kind: "IPPool", apiVersion: "projectcalico.org/v3", metadata: { name }, spec };
}

function split(old: IPPool, parts: number, others: readonly IPPool[] = [old]): PoolSplit {
  const answer = planSplit(old, parts, others);
  assert.ok(isSplit(answer), JSON.stringify(answer));
  return answer;
}

function refusal(old: IPPool, parts: number, others: readonly IPPool[] = [old]): string {
  const answer = planSplit(old, parts, others);
  assert.ok(!isSplit(answer));
  return answer.map(problemText).join("; ");
}

const four = pool("p4", { cidr: "10.65.0.0/16", natOutgoing: true, nodeSelector: "zone == 'a'" });
const six = pool("p6", { cidr: "fd00:65::/48" });

describe("splitting a pool", () => {
  it("makes equal parts that differ in CIDR and name only", () => {
    const plan = split(four, 4);
    assert.deepEqual(
      plan.create.map((part) => [part.metadata.name, part.spec.cidr]),
      [
        ["split-p4-0", "10.65.0.0/18"],
        ["split-p4-1", "10.65.64.0/18"],
        ["split-p4-2", "10.65.128.0/18"],
        ["split-p4-3", "10.65.192.0/18"],
      ],
    );
    for (const { spec } of plan.create) assert.deepEqual({ ...spec, cidr: "" }, { ...four.spec, cidr: "" });
    assert.equal(plan.disable?.spec.disabled, true);
    assert.equal(plan.remove, "p4");
  });

  it("counts in the right bits of IPv6", () => {
    assert.deepEqual(
      split(six, 4).create.map((part) => part.spec.cidr),
      ["fd00:65::/50", "fd00:65:0:4000::/50", "fd00:65:0:8000::/50", "fd00:65:0:c000::/50"],
    );
  });

  it("covers the pool, and no part meets another", () => {
    const lengths = fc.tuple(fc.integer({ min: 8, max: 26 }), fc.integer({ min: 1, max: 6 }));
    fc.assert(
      fc.property(lengths, ([length, bits]) => {
        const old = pool("p", { cidr: `10.0.0.0/${Math.min(length, 26 - bits)}` });
        const parts = split(old, 2 ** bits).create.map((part) => parsePrefix(part.spec.cidr)!);
        const whole = parsePrefix(old.spec.cidr)!;
        assert.ok(parts.every((part) => covers(whole, part) && part.length === whole.length + bits));
        assert.ok(parts.every((part, i) => i === 0 || !overlaps(parts[i - 1]!, part)));
        assert.equal(new Set(parts.map((part) => part.a)).size, 2 ** bits);
      }),
    );
  });

  it("goes on where it was cut short, and remembers that the pool was in use", () => {
    const plan = split(four, 4);
    const disabled = plan.disable!;
    const later = split(disabled, 4, [disabled, plan.create[0]!, plan.create[2]!]);
    assert.equal(later.disable, undefined);
    assert.deepEqual(
      later.create.map((part) => [part.metadata.name, part.spec.disabled]),
      [
        ["split-p4-1", undefined],
        ["split-p4-3", undefined],
      ],
    );
    const unused = pool("p", { cidr: "10.66.0.0/24", disabled: true });
    assert.equal(unused.metadata.annotations?.[splitAnnotation], undefined);
    assert.ok(split(unused, 2).create.every((part) => part.spec.disabled === true));
  });

  it("refuses what cannot be", () => {
    for (const parts of [0, 1, 3, 2048, -2, 2.5, Number.NaN])
      assert.match(refusal(four, parts), /power of two from 2 to 1024/);
    assert.match(refusal(pool("p", { cidr: "10.65.0.0/24" }), 8), /smaller than a block; at most 4 parts/);
    assert.match(refusal(pool("n".repeat(250), { cidr: "10.65.0.0/24" }), 2), /at most 253/);
    const other = pool("split-p4-1", { cidr: "10.99.0.0/24" });
    assert.match(
      refusal(four, 4, [four, other]),
      /IPPool\(split-p4-1\): spec.cidr = '10.99.0.0\/24': stands in the way/,
    );
  });
});
