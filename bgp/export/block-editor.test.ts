import assert from "node:assert/strict";
import { Writer } from "../../lib/writer.ts";
import { ipv4 } from "../../net/address.ts";
import { decodeAttributes } from "../attribute/decode.ts";
import { encodeAttributes } from "../attribute/encode.ts";
import { type PathAttributes, pathAttributes } from "../attribute/path-attributes.ts";
import { type BlockEdit, drop, noEdit } from "./block-edit.ts";
import { BlockEditor } from "./block-editor.ts";

const terms = { fourOctetAs: true, isInternal: true };
const hop = Uint8Array.of(0x40, 3, 4, 10, 9, 9, 9);

function edited(of: Partial<PathAttributes>, edit: Partial<BlockEdit>): PathAttributes {
  const writer = new Writer();
  encodeAttributes(pathAttributes(of), terms, writer);
  const block = writer.take();
  const editor = new BlockEditor();
  const length = editor.edit(block, 0, block.length, { ...noEdit, ...edit });
  const { verdict, attributes } = decodeAttributes(editor.out, 0, length, terms);
  assert.equal(verdict, "ok");
  const codes: number[] = [];
  for (let at = 0; at < length; ) {
    codes.push(editor.out[at + 1]!);
    at +=
      (editor.out[at]! & 0x10) !== 0 ? 4 + editor.out[at + 2]! * 256 + editor.out[at + 3]! : 3 + editor.out[at + 2]!;
  }
  assert.deepEqual(
    codes,
    codes.toSorted((x, y) => x - y),
    "attributes ascend",
  );
  return attributes!;
}

describe("block editor", () => {
  it("changes nothing without being asked to", () => {
    const of = { nextHop: ipv4(1 << 24), med: 7, localPref: 9, communities: [1, 2], clusterList: [3], originatorId: 4 };
    assert.deepEqual(edited(of, {}), pathAttributes(of));
  });

  it("puts our AS in front, into the first sequence while it has room", () => {
    const one = edited({ asPath: [{ kind: "sequence", asns: [7] }] }, { prependAsn: 5, prependTimes: 2 });
    assert.deepEqual(one.asPath, [{ kind: "sequence", asns: [5, 5, 7] }]);
    assert.deepEqual(edited({}, { prependAsn: 5, prependTimes: 1 }).asPath, [{ kind: "sequence", asns: [5] }]);
    const full = Array.from({ length: 255 }, () => 9);
    const long = edited({ asPath: [{ kind: "sequence", asns: full }] }, { prependAsn: 5, prependTimes: 1 });
    assert.deepEqual(long.asPath, [
      { kind: "sequence", asns: [5] },
      { kind: "sequence", asns: full },
    ]);
    const set = edited({ asPath: [{ kind: "set", asns: [7, 8] }] }, { prependAsn: 5, prependTimes: 1 });
    assert.deepEqual(set.asPath, [
      { kind: "sequence", asns: [5] },
      { kind: "set", asns: [7, 8] },
    ]);
  });

  it("puts in what is missing, in its place, and replaces what is there", () => {
    const wish = { nextHop: hop, med: 1, localPref: 2, originatorId: 3, clusterId: 4, withCommunities: [5] };
    const bare = edited({}, wish);
    assert.deepEqual([bare.nextHop, bare.med, bare.localPref], [ipv4(0x0a090909), 1, 2]);
    assert.deepEqual([bare.originatorId, bare.clusterList, bare.communities], [3, [4], [5]]);
    const there = { nextHop: ipv4(1 << 24), med: 7, localPref: 9, communities: [8], clusterList: [6] };
    const both = edited(there, wish);
    assert.deepEqual([both.nextHop, both.med, both.localPref], [ipv4(0x0a090909), 1, 2]);
    assert.deepEqual(
      [both.clusterList, both.communities],
      [
        [4, 6],
        [8, 5],
      ],
    );
    assert.equal(edited({ originatorId: 9 }, { originatorId: 3 }).originatorId, 9, "set once (RFC 4456 8)");
  });

  it("takes out what stays in the AS: LOCAL_PREF, MED, reflection, extended communities that are not transitive", () => {
    const of = { med: 7, localPref: 9, originatorId: 4, clusterList: [3] };
    const extendedCommunities = [
      { high: 0x40020000, low: 1 },
      { high: 0x00020000, low: 2 },
    ];
    const left = edited(
      { ...of, extendedCommunities },
      { med: drop, localPref: drop, originatorId: drop, isAcrossAs: true },
    );
    assert.deepEqual(left, pathAttributes({ extendedCommunities: [{ high: 0x00020000, low: 2 }] }));
  });

  it("takes communities out: some, or all, and the attribute with the last", () => {
    assert.deepEqual(edited({ communities: [1, 2, 3] }, { withoutCommunities: [2] }).communities, [1, 3]);
    assert.deepEqual(edited({ communities: [1, 2] }, { withoutCommunities: "all" }), pathAttributes());
    assert.deepEqual(
      edited({ communities: [1] }, { withoutCommunities: "all", withCommunities: [9] }).communities,
      [9],
    );
  });

  it("puts ONLY_TO_CUSTOMER in its place where there is none (RFC 9234 5)", () => {
    assert.equal(edited({}, { otc: 7 }).otc, 7);
    assert.equal(edited({ otc: 9 }, { otc: 7 }).otc, 9);
    const large = [{ globalAdministrator: 1, localData1: 2, localData2: 3 }];
    assert.deepEqual(edited({ med: 4, largeCommunities: large }, { otc: 7 }), {
      ...pathAttributes({ med: 4, largeCommunities: large, otc: 7 }),
    });
  });

  it("leaves the flags of communities that nobody changes, the Partial bit too (RFC 4271 5)", () => {
    const block = Uint8Array.of(0x40, 1, 1, 0, 0xe0, 8, 4, 0, 1, 0, 2, 0xe0, 16, 8, 0, 2, 0, 0, 0, 0, 0, 1);
    const editor = new BlockEditor();
    const length = editor.edit(block, 0, block.length, noEdit);
    assert.deepEqual(editor.out.subarray(0, length), block);
  });

  it("passes on unknown transitive attributes with the Partial bit, and drops the others (RFC 4271 5)", () => {
    const block = Uint8Array.of(0x40, 1, 1, 0, 0x40, 2, 0, 0xc0, 99, 1, 7, 0x80, 100, 1, 8);
    const editor = new BlockEditor();
    const length = editor.edit(block, 0, block.length, noEdit);
    assert.deepEqual([...editor.out.subarray(7, length)], [0xe0, 99, 1, 7]);
  });
});
