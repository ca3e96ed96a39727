import assert from "node:assert/strict";
import type { FaultAction } from "../message/update-fault.ts";
import { decodeAttributes } from "./decode.ts";
import type { AttributeTerms } from "./descriptor.ts";

const external: AttributeTerms = { fourOctetAs: true, isInternal: false };
const internal: AttributeTerms = { fourOctetAs: true, isInternal: true };
const oldPeer: AttributeTerms = { fourOctetAs: false, isInternal: false };

interface Row {
  readonly rfc: string;
  readonly what: string;
  readonly terms?: AttributeTerms;
  /** Flags, code and value of one attribute; its length is filled in. */
  readonly attribute: readonly [flags: number, code: number, ...value: number[]];
  readonly verdict: "ok" | FaultAction;
  readonly subcode?: number;
}

const W = 0x40;
const O = 0x80;
const OT = 0xc0;

/** Every row of RFC 7606 7 and of the RFCs that followed it: malformed how, and what it costs. */
const rows: readonly Row[] = [
  { rfc: "7606 7.1", what: "ORIGIN of no octets", attribute: [W, 1], verdict: "withdraw", subcode: 5 },
  { rfc: "7606 7.1", what: "ORIGIN of two octets", attribute: [W, 1, 0, 0], verdict: "withdraw", subcode: 5 },
  { rfc: "7606 7.1", what: "ORIGIN 3", attribute: [W, 1, 3], verdict: "withdraw", subcode: 6 },
  { rfc: "4271 4.3", what: "ORIGIN INCOMPLETE", attribute: [W, 1, 2], verdict: "ok" },
  { rfc: "7606 7.2", what: "segment type 9", attribute: [W, 2, 9, 1, 0, 0, 0, 1], verdict: "withdraw", subcode: 11 },
  { rfc: "7606 7.2", what: "segment overrun", attribute: [W, 2, 2, 2, 0, 0, 0, 1], verdict: "withdraw", subcode: 11 },
  { rfc: "7606 7.2", what: "one octet over", attribute: [W, 2, 2, 1, 0, 0, 0, 1, 2], verdict: "withdraw", subcode: 11 },
  { rfc: "7606 7.2", what: "empty segment", attribute: [W, 2, 2, 0], verdict: "withdraw", subcode: 11 },
  { rfc: "7607 2", what: "AS 0 in AS_PATH", attribute: [W, 2, 2, 1, 0, 0, 0, 0], verdict: "withdraw", subcode: 11 },
  { rfc: "5065 5", what: "confederation from outside", attribute: [W, 2, 3, 1, 0, 0, 0, 1], verdict: "withdraw" },
  { rfc: "7606 4", what: "empty AS_PATH", attribute: [W, 2], verdict: "ok" },
  {
    rfc: "6793 4.1",
    what: "two-octet path of an old peer",
    terms: oldPeer,
    attribute: [W, 2, 2, 1, 0, 9],
    verdict: "ok",
  },
  { rfc: "7606 7.3", what: "NEXT_HOP of 3 octets", attribute: [W, 3, 10, 0, 0], verdict: "withdraw", subcode: 5 },
  { rfc: "4271 6.3", what: "NEXT_HOP 0.0.0.0", attribute: [W, 3, 0, 0, 0, 0], verdict: "withdraw", subcode: 8 },
  { rfc: "4271 6.3", what: "NEXT_HOP 127.0.0.1", attribute: [W, 3, 127, 0, 0, 1], verdict: "withdraw", subcode: 8 },
  { rfc: "4271 6.3", what: "NEXT_HOP 224.0.0.1", attribute: [W, 3, 224, 0, 0, 1], verdict: "withdraw", subcode: 8 },
  { rfc: "7606 7.4", what: "MED of 3 octets", attribute: [O, 4, 0, 0, 0], verdict: "withdraw", subcode: 5 },
  { rfc: "7606 7.5", what: "LOCAL_PREF of an external peer", attribute: [W, 5, 0, 0, 0, 1], verdict: "discard" },
  { rfc: "7606 7.5", what: "LOCAL_PREF of 2 octets", terms: internal, attribute: [W, 5, 0, 1], verdict: "withdraw" },
  { rfc: "4271 5.1.5", what: "LOCAL_PREF within", terms: internal, attribute: [W, 5, 0, 0, 0, 1], verdict: "ok" },
  { rfc: "7606 7.6", what: "ATOMIC_AGGREGATE with a value", attribute: [W, 6, 1], verdict: "discard", subcode: 5 },
  { rfc: "7606 7.7", what: "AGGREGATOR of 6 octets", attribute: [OT, 7, 0, 1, 1, 1, 1, 1], verdict: "discard" },
  {
    rfc: "7606 7.7",
    what: "AGGREGATOR of 8, old",
    terms: oldPeer,
    attribute: [OT, 7, 0, 0, 0, 1, 1, 1, 1, 1],
    verdict: "discard",
  },
  { rfc: "7607 2", what: "AS 0 in AGGREGATOR", attribute: [OT, 7, 0, 0, 0, 0, 1, 1, 1, 1], verdict: "discard" },
  { rfc: "7606 7.8", what: "COMMUNITIES of no octets", attribute: [OT, 8], verdict: "withdraw", subcode: 5 },
  {
    rfc: "7606 7.8",
    what: "COMMUNITIES of 6 octets",
    attribute: [OT, 8, 1, 2, 3, 4, 5, 6],
    verdict: "withdraw",
    subcode: 5,
  },
  { rfc: "7606 7.9", what: "ORIGINATOR_ID from outside", attribute: [O, 9, 1, 1, 1, 1], verdict: "discard" },
  {
    rfc: "7606 7.9",
    what: "ORIGINATOR_ID of 5",
    terms: internal,
    attribute: [O, 9, 1, 1, 1, 1, 1],
    verdict: "withdraw",
  },
  { rfc: "7606 7.10", what: "CLUSTER_LIST from outside", attribute: [O, 10, 1, 1, 1, 1], verdict: "discard" },
  { rfc: "7606 7.10", what: "CLUSTER_LIST of none", terms: internal, attribute: [O, 10], verdict: "withdraw" },
  {
    rfc: "7606 7.10",
    what: "CLUSTER_LIST of 7",
    terms: internal,
    attribute: [O, 10, 1, 1, 1, 1, 1, 1, 1],
    verdict: "withdraw",
  },
  {
    rfc: "2545 3",
    what: "next hop ::1",
    attribute: [O, 14, 0, 2, 1, 16, ...new Array(15).fill(0), 1, 0],
    verdict: "withdraw",
    subcode: 8,
  },
  { rfc: "7606 7.14", what: "EXTENDED_COMMUNITIES of none", attribute: [OT, 16], verdict: "withdraw", subcode: 5 },
  {
    rfc: "7606 7.14",
    what: "EXTENDED_COMMUNITIES of 4",
    attribute: [OT, 16, 0, 2, 0, 1],
    verdict: "withdraw",
    subcode: 5,
  },
  { rfc: "7606 7.14", what: "unknown extended type", attribute: [OT, 16, 0x7f, 9, 0, 0, 0, 0, 0, 0], verdict: "ok" },
  {
    rfc: "6793 6",
    what: "AS4_PATH of an old peer, odd",
    terms: oldPeer,
    attribute: [OT, 17, 2, 1, 0, 0, 1],
    verdict: "discard",
  },
  {
    rfc: "6793 6",
    what: "AS4_PATH empty segment",
    terms: oldPeer,
    attribute: [OT, 17, 2, 0, 2, 0, 2, 0],
    verdict: "discard",
  },
  { rfc: "6793 3", what: "AS4_PATH of a new peer, broken", attribute: [OT, 17, 9], verdict: "ok" },
  {
    rfc: "6793 6",
    what: "AS4_AGGREGATOR of 6",
    terms: oldPeer,
    attribute: [OT, 18, 0, 1, 1, 1, 1, 1],
    verdict: "discard",
  },
  { rfc: "6793 3", what: "AS4_AGGREGATOR of a new peer", attribute: [OT, 18, 1], verdict: "ok" },
  { rfc: "8092 6", what: "LARGE_COMMUNITY of none", attribute: [OT, 32], verdict: "withdraw", subcode: 5 },
  {
    rfc: "8092 6",
    what: "LARGE_COMMUNITY of 8",
    attribute: [OT, 32, 0, 0, 0, 1, 0, 0, 0, 2],
    verdict: "withdraw",
    subcode: 5,
  },
  { rfc: "9234 5", what: "OTC of 2 octets", attribute: [OT, 35, 0, 1], verdict: "withdraw", subcode: 5 },
  { rfc: "9234 5", what: "OTC 0", attribute: [OT, 35, 0, 0, 0, 0], verdict: "withdraw" },
  { rfc: "7606 3 c", what: "ORIGIN flagged optional", attribute: [OT, 1, 0], verdict: "withdraw", subcode: 4 },
  { rfc: "7606 3 c", what: "MED flagged transitive", attribute: [OT, 4, 0, 0, 0, 1], verdict: "withdraw", subcode: 4 },
  {
    rfc: "7606 3 c",
    what: "COMMUNITIES flagged local",
    attribute: [O, 8, 0, 0, 0, 1],
    verdict: "withdraw",
    subcode: 4,
  },
  { rfc: "4271 5", what: "MED flagged partial", attribute: [O | 0x20, 4, 0, 0, 0, 1], verdict: "withdraw", subcode: 4 },
  { rfc: "4271 4.3", what: "ORIGIN with a long length field", attribute: [W | 0x10, 1, 0], verdict: "ok" },
  { rfc: "4271 6.3", what: "well-known 99", attribute: [W, 99, 1], verdict: "withdraw", subcode: 2 },
  { rfc: "4271 5", what: "optional 99", attribute: [O, 99, 1], verdict: "ok" },
  { rfc: "4271 5", what: "optional transitive 99", attribute: [OT, 99, 1], verdict: "ok" },
];

function block(attribute: Row["attribute"]): Uint8Array {
  const [flags, code, ...value] = attribute;
  const length = flags & 0x10 ? [value.length >> 8, value.length & 255] : [value.length];
  return Uint8Array.of(flags, code, ...length, ...value);
}

describe("faults of one attribute", () => {
  for (const { rfc, what, terms = external, attribute, verdict, subcode } of rows) {
    it(`RFC ${rfc}: ${what} → ${verdict}`, () => {
      const octets = block(attribute);
      const found = decodeAttributes(octets, 0, octets.length, terms);
      assert.equal(found.verdict, verdict);
      assert.equal(found.attributes === undefined, verdict === "withdraw" || verdict === "reset");
      assert.equal(found.faults.length, verdict === "ok" ? 0 : 1);
      if (subcode !== undefined) assert.equal(found.faults[0]!.subcode, subcode);
      // RFC 4271 6.3: the data field shows the attribute.
      if (verdict !== "ok") assert.deepEqual([...found.faults[0]!.data], [...octets]);
    });
  }
});

describe("several attributes", () => {
  it("RFC 7606 3 (g): the first of several counts, the others are dropped without a word", () => {
    const octets = Uint8Array.of(...block([O, 4, 0, 0, 0, 7]), ...block([O, 4, 0, 0, 0, 9]), ...block([O, 4]));
    const found = decodeAttributes(octets, 0, octets.length, external);
    assert.equal(found.verdict, "ok");
    assert.equal(found.attributes!.med, 7);
  });

  it("RFC 7606 3 (h): the strongest action wins", () => {
    const octets = Uint8Array.of(...block([W, 6, 1]), ...block([O, 4]), ...block([OT, 7]));
    const found = decodeAttributes(octets, 0, octets.length, external);
    assert.equal(found.verdict, "withdraw");
    assert.deepEqual(
      found.faults.map(({ action }) => action),
      ["discard", "withdraw", "discard"],
    );
  });

  it("RFC 7606 4: a block that cannot be walked is a withdrawal", () => {
    for (const octets of [[W], [W, 1], [W, 1, 2, 0], [W | 0x10, 1, 0]]) {
      assert.equal(decodeAttributes(Uint8Array.from(octets), 0, octets.length, external).verdict, "withdraw");
    }
  });

  it("RFC 4271 5: unknown transitive attributes stay, in order; a discarded attribute leaves no trace", () => {
    const octets = Uint8Array.of(
      ...block([OT, 99, 1, 2]),
      ...block([W, 5, 0, 0, 0, 1]),
      ...block([OT | 0x20, 40, 3]),
      ...block([O, 98, 4]),
    );
    const { attributes } = decodeAttributes(octets, 0, octets.length, external);
    assert.deepEqual(
      attributes!.unknown.map(({ code, flags }) => [code, flags]),
      [
        [40, 0xe0],
        [99, 0xc0],
      ],
    );
    assert.equal(attributes!.localPref, undefined);
  });

  it("RFC 1997, 8092: duplicate communities are one", () => {
    const octets = Uint8Array.of(...block([OT, 8, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1]));
    assert.deepEqual(decodeAttributes(octets, 0, octets.length, external).attributes!.communities, [1, 2]);
    const large = [0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
    const twice = block([OT, 32, ...large, ...large]);
    assert.equal(decodeAttributes(twice, 0, twice.length, external).attributes!.largeCommunities.length, 1);
  });
});
