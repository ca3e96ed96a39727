import assert from "node:assert/strict";
import type { Negotiated } from "../session/negotiated.ts";
import { type HexUpdate, octetsOf, outcomeOf, soundUpdate } from "../sim/said-update.ts";
import { simTerms } from "../sim/terms.ts";
import type { TrialVerdict } from "../sim/update-trial.ts";
import { decodeAttributes } from "./decode.ts";
import type { AttributeWords } from "./words.ts";

/** Who says it: an external peer, an internal one, an external one with AS numbers of two octets. */
const peers = {
  external: simTerms(),
  internal: simTerms({ isInternal: true, peerAsn: 65000 }),
  old: simTerms({ fourOctetAs: false }),
} as const;

/**
 * One attribute in a message that is sound otherwise: what is wrong with it, who says it, its octets with flags, code and
 * length, what that costs, and the subcode of a NOTIFICATION that would say so; or, when nothing is wrong, what it says.
 */
type Row = readonly [
  what: string,
  from: keyof typeof peers,
  octets: string,
  verdict: TrialVerdict,
  subcodeOrSays?: number | Partial<AttributeWords>,
];

const zeros = (octets: number): string => "00".repeat(octets);

/** RFC 7606 7 and the RFCs of later attributes, in the order of the codes. */
const table: { readonly [attribute: string]: readonly Row[] } = {
  "1 ORIGIN (RFC 7606 7.1)": [
    ["of no octets", "external", "400100", "withdraw", 5],
    ["of two octets", "external", "400102 0000", "withdraw", 5],
    ["3", "external", "400101 03", "withdraw", 6],
    ["INCOMPLETE, which is sound", "external", "400101 02", "ok", { origin: "incomplete" }],
    ["with a length of two octets, which is sound (RFC 4271 4.3)", "external", "50010001 00", "ok"],
    ["flagged optional (3 c)", "external", "c00101 00", "withdraw", 4],
    ["flagged partial (RFC 4271 5)", "external", "600101 00", "withdraw", 4],
  ],
  "2 AS_PATH (RFC 7606 7.2)": [
    ["segment type 9", "external", "400206 0901 00000001", "withdraw", 11],
    ["a segment runs over", "external", "400206 0202 00000001", "withdraw", 11],
    ["a segment runs over by an octet", "external", "400205 0201 000001", "withdraw", 11],
    ["one octet is left over", "external", "400207 0201 00000001 02", "withdraw", 11],
    ["an empty segment", "external", "400202 0200", "withdraw", 11],
    ["AS 0 (RFC 7607 2)", "external", "400206 0201 00000000", "withdraw", 11],
    ["AS_CONFED_SEQUENCE from outside (RFC 5065 5)", "external", "400206 0301 0000fde9", "withdraw", 11],
    ["AS_CONFED_SET from outside (RFC 5065 5)", "internal", "400206 0401 0000fde9", "withdraw", 11],
    ["of no octets, which is sound (4)", "internal", "400200", "ok", { asPath: "" }],
    ["two octets a number, which is sound of an old peer", "old", "400204 0201 0009", "ok", { asPath: "9" }],
    ["flagged optional (3 c)", "external", "c00200", "withdraw", 4],
  ],
  "3 NEXT_HOP (RFC 7606 7.3)": [
    ["of 3 octets", "external", "400303 0a0000", "withdraw", 5],
    ["of none", "external", "400300", "withdraw", 5],
    ["0.0.0.0 (RFC 4271 6.3)", "external", "400304 00000000", "withdraw", 8],
    ["127.0.0.1 (RFC 4271 6.3)", "external", "400304 7f000001", "withdraw", 8],
    ["224.0.0.1 (RFC 4271 6.3)", "external", "400304 e0000001", "withdraw", 8],
  ],
  "4 MULTI_EXIT_DISC (RFC 7606 7.4)": [
    ["of 3 octets", "external", "800403 000000", "withdraw", 5],
    ["of none", "external", "800400", "withdraw", 5],
    ["flagged transitive (3 c)", "external", "c00404 00000001", "withdraw", 4],
    ["flagged partial (RFC 4271 5)", "external", "a00404 00000001", "withdraw", 4],
  ],
  "5 LOCAL_PREF (RFC 7606 7.5)": [
    ["of an external peer", "external", "400504 00000001", "discard", 9],
    ["of an external peer, broken", "external", "400501 00", "discard", 9],
    ["of an internal peer, 2 octets", "internal", "400502 0001", "withdraw", 5],
    ["of an internal peer, which is sound", "internal", "400504 00000007", "ok", { localPref: 7 }],
  ],
  "6 ATOMIC_AGGREGATE (RFC 7606 7.6)": [
    ["with a value", "external", "400601 01", "discard", 5],
    ["of no octets, which is sound (4)", "external", "400600", "ok", { atomicAggregate: true }],
  ],
  "7 AGGREGATOR (RFC 7606 7.7)": [
    ["of 6 octets between new speakers", "external", "c00706 0001 01010101", "discard", 5],
    ["of 8 octets from an old one", "old", "c00708 00000001 01010101", "discard", 5],
    ["AS 0 (RFC 7607 2)", "external", "c00708 00000000 01010101", "discard", 9],
    ["flagged partial, which is sound", "external", "e00708 00000001 01010101", "ok", { aggregator: "1 1.1.1.1" }],
  ],
  "8 COMMUNITIES (RFC 7606 7.8)": [
    ["of no octets", "external", "c00800", "withdraw", 5],
    ["of 6 octets", "external", "c00806 000100020003", "withdraw", 5],
    ["flagged partial and malformed", "external", "e00806 000100020003", "withdraw", 5],
    ["flagged local (3 c)", "external", "800804 00010002", "withdraw", 4],
    ["one twice, which is sound", "external", "c00808 00010002 00010002", "ok", { communities: ["1:2"] }],
  ],
  "9 ORIGINATOR_ID (RFC 7606 7.9)": [
    ["of an external peer", "external", "800904 01010101", "discard", 9],
    ["of an internal peer, 5 octets", "internal", "800905 0101010101", "withdraw", 5],
  ],
  "10 CLUSTER_LIST (RFC 7606 7.10)": [
    ["of an external peer", "external", "800a04 01010101", "discard", 9],
    ["of an internal peer, no octets", "internal", "800a00", "withdraw", 5],
    ["of an internal peer, 7 octets", "internal", "800a07 01010101010101", "withdraw", 5],
  ],
  "16 EXTENDED_COMMUNITIES (RFC 7606 7.14)": [
    ["of no octets", "external", "c01000", "withdraw", 5],
    ["of 4 octets", "external", "c01004 00020001", "withdraw", 5],
    [
      "of a type nobody knows, which is sound",
      "external",
      "c01008 7f09000000000000",
      "ok",
      { extendedCommunities: ["0x7f09000000000000"] },
    ],
  ],
  "17 AS4_PATH (RFC 6793 6)": [
    ["between new speakers: not looked at, and gone", "external", "c01101 09", "ok"],
    ["of an old one, shorter than 6", "old", "c01105 0201 000001", "discard", 9],
    ["of an old one, runs over", "old", "c01106 0202 00011170", "discard", 9],
    ["of an old one, segment type 9", "old", "c01106 0901 00011170", "discard", 9],
    ["of an old one, an empty segment", "old", "c01106 0200 0200 0200", "discard", 9],
    [
      "confederation segments in it are left out",
      "old",
      "c0110c 0301 00000009 0201 00011170",
      "ok",
      { asPath: "70000" },
    ],
  ],
  "18 AS4_AGGREGATOR (RFC 6793 6)": [
    ["between new speakers: not looked at, and gone", "external", "c01201 01", "ok"],
    ["of an old one, 6 octets", "old", "c01206 0001 01010101", "discard", 5],
  ],
  "22 PMSI_TUNNEL (RFC 6514 5)": [
    ["shorter than 5 octets", "external", "c01604 00060000", "withdraw", 9],
    ["of a type nobody knows", "external", "c01609 0040000000 0a000001", "withdraw", 9],
    ["flagged local (3 c)", "external", "801609 0006000000 0a000001", "withdraw", 4],
    ["which is sound, goes on", "external", "c01609 0006000000 0a000001", "ok", unknown(22, "00060000000a000001")],
  ],
  "23 TUNNEL_ENCAPSULATION (RFC 9012 13)": [
    ["a TLV runs over", "external", "c01706 0008 0004 0102", "withdraw", 9],
    ["too short for a TLV", "external", "c01703 000800", "withdraw", 9],
    ["without any TLV: only the attribute goes, says its RFC", "external", "c01700", "discard", 9],
    ["without the Transitive bit: only the attribute goes, says its RFC", "external", "801704 0008 0000", "discard", 4],
    ["which is sound, goes on", "external", "c01706 0008 0002 0102", "ok", unknown(23, "000800020102")],
  ],
  "24 TRAFFIC_ENGINEERING (RFC 7606 7.13)": [
    ["shorter than RFC 5543 3 makes it", "external", "801804 00000000", "withdraw", 9],
    ["flagged transitive (3 c)", "external", `c01824 ${zeros(36)}`, "withdraw", 4],
    ["which is sound, goes no further: it is not transitive", "external", `801824 ${zeros(36)}`, "ok"],
  ],
  "25 IPV6_EXTENDED_COMMUNITIES (RFC 7606 7.15)": [
    ["of no octets", "external", "c01900", "withdraw", 9],
    ["of 8 octets", "external", `c01908 ${zeros(8)}`, "withdraw", 9],
    ["of a type nobody knows, goes on", "external", `c01914 ${zeros(20)}`, "ok", unknown(25, zeros(20))],
  ],
  "26 AIGP (RFC 7311 3)": [
    ["a TLV runs over", "internal", "801a0b 01 0010 0000000000000001", "discard", 9],
    ["a TLV shorter than its head", "internal", "801a03 01 0002", "discard", 9],
    ["an AIGP TLV of another length", "internal", "801a07 01 0007 00000001", "discard", 9],
    ["of no octets", "internal", "801a00", "discard", 9],
    ["flagged transitive", "internal", "c01a0b 01 000b 0000000000000001", "discard", 4],
    // RFC 7311 3.3: where AIGP is not enabled, and here it never is, it is dropped like one that is not known: no fault.
    [
      "which is sound, is dropped without a word: AIGP is not enabled",
      "internal",
      "801a0b 01 000b 0000000000000001",
      "ok",
    ],
  ],
  "29 BGP_LS (RFC 9552 8.2.2)": [
    ["a TLV runs over", "external", "801d05 0400 0004 01", "discard", 9],
    ["flagged transitive", "external", "c01d04 0400 0000", "discard", 4],
    ["which is sound, goes no further: it is not transitive", "external", "801d05 0400 0001 01", "ok"],
  ],
  "32 LARGE_COMMUNITY (RFC 8092 6)": [
    ["of no octets", "external", "c02000", "withdraw", 5],
    ["of 8 octets", "external", "c02008 0000000100000002", "withdraw", 5],
    [
      "one twice, which is sound (RFC 8092 5)",
      "external",
      `c02018 ${"000000010000000200000003".repeat(2)}`,
      "ok",
      { largeCommunities: ["1:2:3"] },
    ],
  ],
  "35 ONLY_TO_CUSTOMER (RFC 9234 5)": [
    ["of 2 octets", "external", "c02302 0001", "withdraw", 5],
    ["AS 0", "external", "c02304 00000000", "withdraw", 9],
  ],
  "40 PREFIX_SID (RFC 8669 6)": [
    ["a TLV runs over", "external", "c02805 01 0007 0000", "discard", 9],
    ["a label index of 4 octets", "external", "c02807 01 0004 00000001", "discard", 9],
    ["an SRGB without a range", "external", "c02805 03 0002 0000", "discard", 9],
    ["an SRGB with a range and a half", "external", "c0280e 03 000b 0000 000001000002 000001", "discard", 9],
    ["flagged local", "external", "80280a 01 0007 00000000000009", "discard", 4],
    ["which is sound, goes on", "external", "c0280a 01 0007 00000000000009", "ok", unknown(40, "01000700000000000009")],
  ],
  "128 ATTR_SET (RFC 7606 7.16)": [
    ["shorter than its AS number", "external", "c08003 00fde9", "withdraw", 9],
    ["an attribute in it runs over", "external", "c08007 0000fde9 400105", "withdraw", 9],
    ["a malformed attribute in it", "external", "c08008 0000fde9 40010109", "withdraw", 9],
    ["deeper than anybody needs", "external", nested(6), "withdraw", 9],
    ["which is sound, goes on", "external", "c08008 0000fde9 40010100", "ok", unknown(128, "0000fde940010100")],
    ["one in another, which is sound", "external", nested(2), "ok", unknown(128, nested(2).slice(6))],
  ],
  "99, which nobody knows (RFC 4271 5, 6.3)": [
    // RFC 7606 is silent and the letter of RFC 4271 6.3 is a reset with 3/2; as BIRD and FRR, the routes go, the session stays.
    ["well-known", "external", "406301 01", "withdraw", 2],
    ["optional, not transitive: goes no further", "external", "806301 01", "ok"],
    ["optional transitive: goes on", "external", "c06301 01", "ok", unknown(99, "01")],
  ],
};

function unknown(code: number, value: string): Partial<AttributeWords> {
  return { unknown: [{ code, flags: 0xc0, value }] };
}

/** Attribute sets in attribute sets, each with its AS number. */
function nested(depth: number): string {
  let inner = "40010100";
  for (let i = 0; i < depth; i++) {
    const length = (inner.length / 2 + 4).toString(16).padStart(2, "0");
    inner = `c080${length}0000fde9${inner}`;
  }
  return inner;
}

/** A sound message with this attribute in the place of its own of that code, if it has one; and one MED, to be left. */
function messageWith(octets: string, terms: Negotiated): HexUpdate {
  const { attributes = "", nlri = "" } = soundUpdate(terms);
  const code = octets.slice(2, 4);
  const own = attributesOf(`${attributes}80040400000009`.replaceAll(" ", ""));
  return { attributes: [...own.filter((one) => one.slice(2, 4) !== code), octets].join(" "), nlri };
}

/** Each attribute of a block in hexadecimal, none longer than 255 octets. */
function attributesOf(hex: string): string[] {
  const all: string[] = [];
  for (let at = 0; at < hex.length; ) {
    const next = at + 6 + Number.parseInt(hex.slice(at + 4, at + 6), 16) * 2;
    all.push(hex.slice(at, next));
    at = next;
  }
  return all;
}

/** What a sound message says, with this difference. */
function soundWords(terms: Negotiated, says: Partial<AttributeWords>): AttributeWords {
  return { ...outcomeOf(messageWith("", terms), terms).left!, ...says };
}

for (const [attribute, rows] of Object.entries(table)) {
  describe(`attribute ${attribute}`, () => {
    for (const [what, from, octets, verdict, last] of rows) {
      it(`${what} → ${verdict}`, () => {
        const terms = peers[from];
        const found = outcomeOf(messageWith(octets, terms), terms);
        assert.equal(found.verdict, verdict);
        const isFault = verdict !== "ok";
        assert.equal(found.subcode, isFault ? last : undefined);
        // RFC 4271 6.3: the data shows the attribute.
        assert.equal(found.data, isFault ? octets.replaceAll(" ", "") : undefined);
        // Treated as withdrawn, the route that was there goes too.
        assert.equal(found.routes, verdict === "withdraw" ? 0 : 1);
        // What was discarded, or means nothing, is gone; everything else is left.
        const says = typeof last === "object" ? last : {};
        assert.deepEqual(found.left, verdict === "withdraw" ? undefined : soundWords(terms, says));
      });
    }
  });
}

describe("several attributes", () => {
  const judged = (hex: string): ReturnType<typeof decodeAttributes> => {
    const octets = octetsOf(hex);
    return decodeAttributes(octets, 0, octets.length, peers.external);
  };

  it("RFC 7606 3 (g): the first of several counts, the others are dropped without a word", () => {
    const found = judged("800404 00000007  800404 00000009  800400");
    assert.equal(found.verdict, "ok");
    assert.equal(found.attributes!.med, 7);
  });

  it("RFC 7606 3 (h): the strongest action wins", () => {
    const found = judged("400601 01  800400  c00700");
    assert.equal(found.verdict, "withdraw");
    const actions = found.faults.map(({ action }) => action);
    assert.deepEqual(actions, ["discard", "withdraw", "discard"]);
  });

  it("RFC 7606 4: a block that cannot be walked is a withdrawal", () => {
    for (const hex of ["40", "4001", "400102 00", "500100"]) assert.equal(judged(hex).verdict, "withdraw");
  });

  it("RFC 4271 5: transitive attributes that mean nothing to us stay, in the order of their codes", () => {
    const { attributes } = judged("c06302 0102  e0280a 01000700000000000009  806201 04");
    const left = attributes!.unknown.map(({ code, flags }) => [code, flags]);
    const expected = [
      [40, 0xe0],
      [99, 0xc0],
    ];
    assert.deepEqual(left, expected);
  });

  it("RFC 6793 4.2: what is merged and made anew for old speakers has nobody's Partial bit", () => {
    const hex = "e01208 00011170 01010101  e00708 00000001 01010101";
    assert.deepEqual(judged(hex).attributes!.partial, [7]);
  });
});
