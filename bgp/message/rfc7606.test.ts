import assert from "node:assert/strict";
import type { Negotiated } from "../session/negotiated.ts";
import { type HexUpdate, notificationsFor, octetsOf, outcomeOf, updateOf } from "../sim/said-update.ts";
import { simTerms } from "../sim/terms.ts";
import type { TrialVerdict } from "../sim/update-trial.ts";

const external = simTerms();
const internal = simTerms({ isInternal: true, peerAsn: 65000 });

const origin = "400101 00";
const path = "400206 0201 0000fde9";
const nextHop = "400304 0a000002";
const med = "800404 00000009";
const good = `${origin} ${path} ${nextHop}`;
const net = "18 c00002";
const net6 = "20 20010db8";
const hop6 = "20010db8 00000000 00000000 00000001";

function octets(count: number): string {
  return count.toString(16).padStart(2, "0");
}

/** MP_REACH_NLRI of IPv6, or of another family by its AFI and SAFI, with these prefixes. */
function reach(nlri: string, hop = hop6, family = "000201"): string {
  const [hopLength, length] = [octetsOf(hop).length, octetsOf(hop).length + octetsOf(nlri).length + 5];
  return `800e${octets(length)} ${family} ${octets(hopLength)} ${hop} 00 ${nlri}`;
}

function unreach(nlri: string, family = "000201"): string {
  return `800f${octets(octetsOf(nlri).length + 3)} ${family} ${nlri}`;
}

/** Data of a NOTIFICATION that shows an attribute. */
function shown(attribute: string): string {
  return attribute.replaceAll(/[^0-9a-f]/g, "");
}

const broken6 = reach("81 20010db8");
const overrun6 = unreach("40 01");
const shortHop = reach(net6, "0a000001");
const wellKnownUnreach = unreach(net6).replace("800f", "400f");
const transitiveReach = reach(net6).replace("800e", "c00e");

/**
 * What is wrong with a message, what it says, what that costs, the subcode and (of resets) the data of the NOTIFICATION, who
 * says it. A route to 192.0.2.0/24 was there before: `routes` are left.
 */
type Row = readonly [
  what: string,
  says: HexUpdate,
  verdict: TrialVerdict,
  routes: number,
  subcode?: number,
  data?: string | undefined,
  terms?: Negotiated,
];

/** RFC 7606 3 to 5, of structure. */
const table: readonly Row[] = [
  ["5.3: a withdrawn prefix of 33 bits", { withdrawn: "21 0101010101" }, "reset", 1, 10, ""],
  ["5.3: a withdrawn prefix runs over", { withdrawn: "18 0a" }, "reset", 1, 10, ""],
  ["5.3: an announced prefix of 33 bits", { attributes: good, nlri: "21 0101010101" }, "reset", 1, 10, ""],
  ["5.3: an announced prefix runs over", { attributes: good, nlri: "18 0a" }, "reset", 1, 10, ""],
  ["5.3: an IPv6 prefix of 129 bits", { attributes: `${broken6} ${good}` }, "reset", 1, 10, shown(broken6)],
  ["5.3: a withdrawn IPv6 prefix runs over", { attributes: overrun6 }, "reset", 1, 10, shown(overrun6)],
  ["4: an attribute runs over, prefixes behind", { attributes: `${good} 800409 00`, nlri: net }, "withdraw", 0, 1],
  ["4: two octets are left over", { attributes: `${good} 8004`, nlri: net }, "withdraw", 0, 1],
  ["4: three are left over of a long form", { attributes: `${good} 900400`, nlri: net }, "withdraw", 0, 1],
  ["4: an attribute runs over behind MP_REACH_NLRI", { attributes: `${reach(net6)} 400209` }, "withdraw", 1, 1],
  ["5.2: an attribute runs over, nothing announced", { attributes: "800409 00" }, "reset", 1, 1, ""],
  ["5.2: malformed, nothing announced", { withdrawn: net, attributes: "400101 09" }, "reset", 1, 6, "40010109"],
  ["5.2: discarded, nothing announced", { withdrawn: net, attributes: "400504 00000064" }, "discard", 0, 9],
  ["5.2: sound, nothing announced", { withdrawn: net, attributes: med }, "ok", 0],
  ["3 j: MP_REACH_NLRI runs over", { attributes: `${good} 800e63 000201`, nlri: net }, "reset", 1, 1, ""],
  ["3 j: MP_UNREACH_NLRI runs over", { attributes: `${good} 800f63 000201`, nlri: net }, "reset", 1, 1, ""],
  ["3 g: MP_REACH_NLRI twice", { attributes: `${reach(net6)} ${reach(net6)} ${good}` }, "reset", 1, 1, ""],
  ["3 g: MP_UNREACH_NLRI twice", { attributes: `${unreach(net6)} ${unreach(net6)}` }, "reset", 1, 1, ""],
  ["3 g: another twice, the first counts", { attributes: `${good} 400101 09`, nlri: net }, "ok", 1],
  ["3 g: one nobody knows twice", { attributes: `${good} c06301 01 c06301 02`, nlri: net }, "ok", 1],
  ["3 h: several, the strongest wins", { attributes: `${good} 400601 01 800400`, nlri: net }, "withdraw", 0, 5],
  ["5.3: MP_REACH_NLRI of 4 octets", { attributes: `800e04 00020100 ${good}` }, "reset", 1, 9, "800e0400020100"],
  ["5.3: MP_UNREACH_NLRI of 2 octets", { attributes: "800f02 0002" }, "reset", 1, 9, "800f020002"],
  [
    "5.3: MP_REACH_NLRI transitive",
    { attributes: `${transitiveReach} ${good}` },
    "reset",
    1,
    4,
    shown(transitiveReach),
  ],
  ["5.3: MP_UNREACH_NLRI well-known", { attributes: wellKnownUnreach }, "reset", 1, 4, shown(wellKnownUnreach)],
  ["7.11: IPv6 by a next hop of 4 octets", { attributes: `${shortHop} ${good}` }, "reset", 1, 9, shown(shortHop)],
  [
    "7.11: the next hop runs over",
    { attributes: `800e06 000201 10 0000 ${good}` },
    "reset",
    1,
    9,
    "800e060002011000" + "00",
  ],
  [
    "7.11: next hop ::1, which is well formed",
    { attributes: `${reach(net6, `${"00".repeat(15)}01`)} ${good}` },
    "withdraw",
    1,
    8,
  ],
  ["3 d: no ORIGIN", { attributes: `${path} ${nextHop}`, nlri: net }, "withdraw", 0, 3],
  ["3 d: no AS_PATH", { attributes: `${origin} ${nextHop}`, nlri: net }, "withdraw", 0, 3],
  ["3 d: no NEXT_HOP", { attributes: `${origin} ${path}`, nlri: net }, "withdraw", 0, 3],
  ["3 d: no NEXT_HOP, but MP_REACH_NLRI", { attributes: `${reach(net6)} ${origin} ${path}` }, "ok", 2],
  ["3 d: no LOCAL_PREF within the AS", { attributes: good, nlri: net }, "withdraw", 0, 3, undefined, internal],
  ["4: the Extended Length bit on a short one", { attributes: `50010001 00 ${path} ${nextHop}`, nlri: net }, "ok", 1],
  [
    "5.1: everything in one message",
    { withdrawn: net, attributes: `${good} ${unreach(net6)} ${reach(net6)}`, nlri: net },
    "ok",
    2,
  ],
  // RFC 4271 6.3, 9.1.2: such a prefix is ignored and told of; the others of the message count.
  ["a multicast prefix", { attributes: good, nlri: `10 e001 ${net} 08 0a` }, "discard", 2, 10],
  ["a prefix of class E", { attributes: good, nlri: "08 f0" }, "discard", 1, 10],
  ["an IPv6 multicast prefix", { attributes: `${reach(`08 ff ${net6}`)} ${good}` }, "discard", 2, 10],
  ["an IPv6 link-local prefix", { attributes: `${reach(`40 fe80000000000000 ${net6}`)} ${good}` }, "discard", 2, 10],
  ["the whole of 0.0.0.0/0 and ::/0, which is sound", { attributes: `${reach("00")} ${good}`, nlri: "00" }, "ok", 3],
  // EVPN: not negotiated, so that no typed NLRI is ever read (5.4); what came is left out and told of.
  ["5.4: typed NLRI", { attributes: `${reach("0102", "0a000001", "001946")} ${good}` }, "discard", 1, 9],
];

describe("RFC 7606: a message whose structure is wrong", () => {
  for (const [what, says, verdict, routes, subcode, data, terms = external] of table) {
    it(`${what} → ${verdict}`, () => {
      const found = outcomeOf(says, terms);
      assert.deepEqual([found.verdict, found.subcode, found.routes], [verdict, subcode, routes]);
      if (verdict === "withdraw" || verdict === "reset") assert.equal(found.left, undefined);
      const answers = verdict === "reset" ? [`03${octets(subcode!)}${data}`] : [];
      assert.deepEqual(notificationsFor(updateOf(says), terms.isInternal), answers);
    });
  }

  it("3 b: lengths that exceed the message → reset", () => {
    for (const [at, value] of [
      [20, 200],
      [22, 200],
      [19, 1],
    ] as const) {
      const message = updateOf({ attributes: good, nlri: net });
      message[at] = value;
      const { verdict, subcode } = outcomeOf(message, external);
      assert.deepEqual([verdict, subcode, notificationsFor(message)], ["reset", 1, ["0301"]]);
    }
  });

  it("7.2: the leftmost AS is not the peer's → kept and never chosen, which is a withdrawal to everybody else", () => {
    const rules = { name: "peer", asn: 65000, allowedOwnAs: 0, honourGracefulShutdown: true, rejectAsSets: false };
    const says = { attributes: `${origin} 400206 0201 00000007 ${nextHop}`, nlri: net };
    const { verdict, routes } = outcomeOf(says, external, { ...rules, enforceFirstAs: true });
    assert.deepEqual([verdict, routes], ["ok", 0]);
    assert.equal(outcomeOf(says, external, { ...rules, enforceFirstAs: false }).routes, 1);
  });
});

describe("RFC 4271 6.1: a message whose header is wrong", () => {
  const header = (length: number, type: number): Uint8Array =>
    Uint8Array.of(
      ...new Array<number>(16).fill(255),
      length >> 8,
      length & 255,
      type,
      ...new Array<number>(20).fill(0),
    );
  const rows: readonly [string, Uint8Array, string][] = [
    ["marker not all ones", header(19, 4).fill(0, 5, 6), "0101"],
    ["length 18", header(18, 4), "01020012"],
    ["length 4097", header(4097, 2), "01021001"],
    ["OPEN of 28", header(28, 1), "0102001c"],
    ["UPDATE of 22", header(22, 2), "01020016"],
    ["NOTIFICATION of 20", header(20, 3), "01020014"],
    ["KEEPALIVE of 20", header(20, 4), "01020014"],
    // RFC 7313 5 has an answer of its own, with the whole message.
    ["ROUTE-REFRESH of 22", header(22, 5).subarray(0, 22), `0701${"ff".repeat(16)}001605000000`],
    ["type 6", header(19, 6), "010306"],
  ];
  for (const [what, message, answer] of rows) {
    it(`${what} → reset`, () => assert.deepEqual(notificationsFor(message), [answer]));
  }
});
