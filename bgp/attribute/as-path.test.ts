import assert from "node:assert/strict";
import { Writer } from "../../lib/writer.ts";
import {
  type AsPath,
  asPathContains,
  asPathCount,
  asPathLength,
  formatAsPath,
  hasSet,
  neighborAs,
  originAs,
  prependAs,
  type Segment,
  withoutConfed,
} from "./as-path.ts";
import { asPathOctets, readAsPath, writeAsPath } from "./as-path-codec.ts";
import { mergeAs4Path } from "./as4-path.ts";

const seq = (...asns: number[]): Segment => ({ kind: "sequence", asns });
const set = (...asns: number[]): Segment => ({ kind: "set", asns });
const confed = (...asns: number[]): Segment => ({ kind: "confed-sequence", asns });

describe("AS_PATH", () => {
  it("counts a set as one and a confederation as none", () => {
    assert.equal(asPathLength([]), 0);
    assert.equal(asPathLength([seq(1, 2, 3)]), 3);
    assert.equal(asPathLength([confed(9, 9), seq(1, 2), set(3, 4, 5), { kind: "confed-set", asns: [7] }]), 3);
  });

  it("finds a loop in any segment", () => {
    const path: AsPath = [seq(1, 2, 1), set(1, 3)];
    assert.equal(asPathCount(path, 1), 3);
    assert.equal(asPathContains(path, 3), true);
    assert.equal(asPathContains(path, 4), false);
  });

  it("knows neighbour and origin, unless a set stands there", () => {
    assert.equal(neighborAs([confed(9), seq(1, 2)]), 1);
    assert.equal(neighborAs([set(1), seq(2)]), undefined);
    assert.equal(neighborAs([]), undefined);
    assert.equal(originAs([seq(1, 2)]), 2);
    assert.equal(originAs([seq(1), set(2, 3)]), undefined);
  });

  it("prepends into the first sequence, in front of anything else, and over a full one", () => {
    assert.deepEqual(prependAs([seq(2)], 1), [seq(1, 2)]);
    assert.deepEqual(prependAs([], 1, 3), [seq(1, 1, 1)]);
    assert.deepEqual(prependAs([set(2)], 1), [seq(1), set(2)]);
    assert.deepEqual(prependAs([confed(9)], 1), [seq(1), confed(9)]);
    const full = seq(...new Array<number>(255).fill(7));
    assert.deepEqual(prependAs([full], 1), [seq(1), full]);
    const long = prependAs([seq(2)], 1, 600);
    assert.equal(asPathLength(long), 601);
    assert.ok(long.every(({ asns }) => asns.length <= 255));
    assert.equal(originAs(long), 2);
    const untouched: AsPath = [seq(2)];
    prependAs(untouched, 1);
    assert.deepEqual(untouched, [seq(2)]);
  });

  it("drops confederations at the border, knows sets, and prints itself", () => {
    const path: AsPath = [confed(9, 8), seq(1, 2), set(3, 4), { kind: "confed-set", asns: [5] }];
    assert.deepEqual(withoutConfed(path), [seq(1, 2), set(3, 4)]);
    assert.equal(hasSet(path), true);
    assert.equal(hasSet([seq(1)]), false);
    assert.equal(formatAsPath(path), "(9 8) 1 2 {3 4} [5]");
  });

  it("is cut into segments of 255 on the wire, and counts its octets beforehand", () => {
    const path: AsPath = [seq(...Array.from({ length: 300 }, (_, i) => i + 1))];
    for (const width of [2, 4] as const) {
      const writer = new Writer();
      writeAsPath(writer, path, width);
      assert.equal(writer.length, asPathOctets(path, width));
      const back = readAsPath(writer.view(), 0, writer.length, width);
      assert.ok(typeof back !== "string");
      assert.deepEqual(
        back.flatMap(({ asns }) => asns),
        path[0]!.asns,
      );
      assert.equal(back.length, 2);
    }
  });

  it("says AS_TRANS where two octets do not suffice", () => {
    const writer = new Writer();
    writeAsPath(writer, [seq(65001, 4200000000)], 2);
    assert.deepEqual(readAsPath(writer.view(), 0, writer.length, 2), [seq(65001, 23456)]);
  });
});

describe("AS4_PATH (RFC 6793 4.2.3)", () => {
  it("takes the surplus of AS_PATH in front", () => {
    assert.deepEqual(mergeAs4Path([seq(1, 23456, 23456)], [seq(70000, 70001)]), [seq(1, 70000, 70001)]);
    assert.deepEqual(mergeAs4Path([seq(23456, 23456)], [seq(70000, 70001)]), [seq(70000, 70001)]);
  });

  it("is ignored when AS_PATH is shorter", () => {
    assert.deepEqual(mergeAs4Path([seq(1)], [seq(70000, 70001)]), [seq(1)]);
  });

  it("counts sets as one and keeps leading confederations", () => {
    assert.deepEqual(mergeAs4Path([set(1, 2), seq(3, 23456)], [seq(3, 70000)]), [set(1, 2), seq(3, 70000)]);
    assert.deepEqual(mergeAs4Path([confed(9), seq(1, 23456)], [seq(70000)]), [confed(9), seq(1, 70000)]);
  });
});
