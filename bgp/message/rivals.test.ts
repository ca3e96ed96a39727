import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { formatAddress } from "../../net/address-text.ts";
import { formatPrefix } from "../../net/prefix.ts";
import { formatAsPath } from "../attribute/as-path.ts";
import { formatExtendedCommunity } from "../attribute/community-text.ts";
import { decodeAttributes } from "../attribute/decode.ts";
import { NlriCursor } from "../nlri/cursor.ts";
import { Framer } from "../session/framer.ts";
import { negotiate } from "../session/negotiate.ts";
import type { Negotiated } from "../session/negotiated.ts";
import { localOpen } from "../session/open.ts";
import { labConfig } from "../sim/session-lab.ts";
import { readNotification } from "./notification.ts";
import { describeNotification } from "./notification-text.ts";
import { type Open, readOpen } from "./open.ts";
import { scanUpdate } from "./scan-update.ts";
import { UpdateScan } from "./update-scan.ts";

const lines = readFileSync(new URL("./testdata/rivals.hex", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"));

/** The messages of one speaker, by the framer. */
function messages(speaker: string): readonly [type: number, octets: Uint8Array][] {
  const own = lines.filter((line) => line.startsWith(`${speaker} `)).map((line) => line.slice(speaker.length + 1));
  const stream = Uint8Array.from(Buffer.from(own.join(""), "hex"));
  const found: [number, Uint8Array][] = [];
  const fault = new Framer().push(stream, 0, stream.length, (type, buf, start, end) => {
    found.push([type, buf.slice(start, end)]);
    return true;
  });
  assert.equal(fault, undefined);
  assert.equal(found.length, own.length);
  return found;
}

function openOf(speaker: string): Open {
  const [type, octets] = messages(speaker)[0]!;
  assert.equal(type, 1);
  const open = readOpen(octets, 0, octets.length);
  assert.ok("capabilities" in open, JSON.stringify(open));
  return open;
}

/** What was agreed with a speaker: the first two were offered ADD-PATH for IPv4 only. */
function agreedWith(speaker: string): Negotiated {
  const isFirst = speaker === "bird" || speaker === "frr";
  const addPath = { ipv4: { send: false, receive: true }, ipv6: { send: false, receive: !isFirst } };
  const ours = localOpen(labConfig(1, 2, { localAsn: 70000, addPath }), { restarting: false, forwardingPreserved: [] });
  return negotiate(ours, openOf(speaker));
}

/** An UPDATE in words, one line a prefix. */
function routes(octets: Uint8Array, agreed: Negotiated): string[] {
  const scan = new UpdateScan();
  scanUpdate(octets, 0, octets.length, agreed, scan);
  assert.deepEqual(scan.faults, []);
  if (scan.verdict === "end-of-rib") return [`End-of-RIB ${scan.endOfRib}`];
  const { verdict, attributes: a, faults } = decodeAttributes(scan.block, scan.blockStart, scan.blockEnd, agreed);
  assert.equal(verdict, "ok", JSON.stringify(faults));
  const family = scan.reachFamily ?? "ipv4";
  const [start, end] = scan.reachFamily ? [scan.reachStart, scan.reachEnd] : [scan.nlriStart, scan.nlriEnd];
  const hop = scan.reachFamily ? a!.mpNextHop!.address : a!.nextHop!;
  const said = [`via ${formatAddress(hop)}`, `path ${formatAsPath(a!.asPath)}`, a!.origin];
  if (a!.med !== undefined) said.push(`med ${a!.med}`);
  for (const value of a!.communities) said.push(`${value >>> 16}:${value & 0xffff}`);
  for (const one of a!.largeCommunities) said.push(`${one.globalAdministrator}:${one.localData1}:${one.localData2}`);
  for (const one of a!.extendedCommunities) said.push(formatExtendedCommunity(one));
  if (a!.aggregator) said.push(`aggregator ${a!.aggregator.asn}`);
  for (const { code, value } of a!.unknown) said.push(`attribute ${code} of ${value.length}`);
  const cursor = new NlriCursor().start(octets, start, end, family, agreed.addPath[family].receive);
  const found: string[] = [];
  while (cursor.next()) {
    const { a: w, b, c, d, length, pathId } = cursor;
    found.push(`${formatPrefix({ family, a: w, b, c, d, length })}${pathId ? ` #${pathId}` : ""} ${said.join(" ")}`);
  }
  return found;
}

function updates(speaker: string): string[] {
  const agreed = agreedWith(speaker);
  return messages(speaker).flatMap(([type, octets]) => (type === 2 ? routes(octets, agreed) : []));
}

describe("what BIRD sends", () => {
  it("its OPEN", () => {
    const { capabilities, ...fields } = openOf("bird");
    assert.deepEqual(fields, { myAs: 65002, holdTimeSeconds: 240, routerId: 0x0a630002 });
    assert.deepEqual(capabilities.families, ["ipv4", "ipv6"]);
    assert.equal(capabilities.fourOctetAs, 65002);
    assert.equal(capabilities.extendedMessage, true);
    assert.equal(capabilities.enhancedRouteRefresh, true);
    assert.deepEqual(capabilities.addPath.ipv4, { send: true, receive: false });
    assert.deepEqual(capabilities.gracefulRestart, {
      restarting: false,
      notification: false,
      restartSeconds: 120,
      families: [
        { family: "ipv4", forwarding: false },
        { family: "ipv6", forwarding: false },
      ],
    });
    assert.deepEqual(capabilities.longLived, { families: [] });
    assert.deepEqual(capabilities.unknown, []);
  });

  it("its routes, with path identifiers, and End-of-RIB", () => {
    assert.deepEqual(updates("bird"), [
      "192.0.2.0/24 #2 via 10.99.0.2 path 65002 igp 65002:7 65002:1:2",
      "10.1.2.0/26 #2 via 10.99.0.2 path 65002 igp",
      "End-of-RIB ipv4",
      "2001:db8:1::/48 via 2001:db8::2 path 65002 igp",
      "2001:db8:2::/122 via 2001:db8::2 path 65002 igp",
      "End-of-RIB ipv6",
    ]);
  });

  it("its farewell", () => {
    const [type, octets] = messages("bird").at(-1)!;
    assert.equal(type, 3);
    const said = readNotification(octets, 0, octets.length);
    assert.equal(describeNotification(said), "Cease/Administrative Shutdown");
  });
});

describe("what FRR sends", () => {
  it("its OPEN, one parameter a capability, AS_TRANS for its large AS", () => {
    const open = openOf("frr");
    assert.equal(open.myAs, 23456);
    assert.equal(open.capabilities.fourOctetAs, 70003);
    assert.deepEqual(open.capabilities.families, ["ipv4", "ipv6"]);
    assert.deepEqual(open.capabilities.addPath.ipv4, { send: false, receive: true });
    assert.equal(open.capabilities.gracefulRestart!.restarting, true);
    assert.equal(typeof open.capabilities.hostName?.host, "string");
    assert.equal(agreedWith("frr").peerAsn, 70003);
    assert.deepEqual(agreedWith("frr").addPath.ipv4, { send: false, receive: false });
  });

  it("its routes, and End-of-RIB", () => {
    assert.deepEqual(updates("frr"), [
      "10.5.0.0/17 via 10.99.0.3 path 70003 igp med 0",
      "198.51.100.0/24 via 10.99.0.3 path 70003 igp med 0",
      "2001:db8:f::/48 via ::ffff:10.99.0.3 path 70003 igp med 0",
      "End-of-RIB ipv4",
      "End-of-RIB ipv6",
    ]);
  });
});

/** Of an OPEN: AS, families, and what of the newer capabilities is there. */
function offer(speaker: string): string {
  const { capabilities: c } = openOf(speaker);
  const families = c.families ?? [];
  const said = [`AS ${c.fourOctetAs}`, families.join("+")];
  if (c.enhancedRouteRefresh) said.push("enhanced refresh");
  if (c.extendedMessage) said.push("extended messages");
  if (c.extendedNextHop) said.push("extended next hops");
  if (c.gracefulRestart) said.push(`graceful restart ${c.gracefulRestart.restartSeconds}`);
  if (c.longLived) said.push("long-lived");
  for (const family of families) if (c.addPath[family].send) said.push(`paths of ${family}`);
  return said.join(", ");
}

describe("what ExaBGP, GoBGP, OpenBGPD and FRR send of newer features", () => {
  for (const [speaker, opens, sends] of [
    [
      "exabgp",
      "AS 65006, ipv4+ipv6, enhanced refresh, extended messages, graceful restart 120, paths of ipv4, paths of ipv6",
      [
        "10.6.0.0/16 #7 via 10.99.0.6 path 65006 igp med 5 65006:1 65535:65281 65006:1:2 65006:1:3 rt:65006:1 aggregator 65006",
        "10.6.1.0/24 #8 via 10.99.0.6 path 65006 70001 igp attribute 40 of 10",
        "10.6.2.0/24 #9 via 10.99.0.6 path 65006 igp",
        "2001:db8:6::/48 #10 via 2001:db8::6 path 65006 igp 65006:1:2",
        "End-of-RIB ipv4",
        "End-of-RIB ipv6",
      ],
    ],
    [
      "gobgp",
      "AS 70004, ipv4+ipv6, extended next hops, graceful restart 120, paths of ipv4",
      [
        "10.4.4.128/25 #1 via 10.99.0.4 path 70004 65010 70010 igp",
        "10.4.4.0/24 #1 via 10.99.0.4 path 70004 incomplete med 3 65004:1 70004:1:2",
        "End-of-RIB ipv4",
        "2001:db8:4::/48 via 2001:db8::4 path 70004 incomplete 65004:1",
        "End-of-RIB ipv6",
      ],
    ],
    [
      "openbgpd",
      "AS 65005, ipv4+ipv6, enhanced refresh, graceful restart 0, paths of ipv4, paths of ipv6",
      [
        "End-of-RIB ipv4",
        "End-of-RIB ipv6",
        "10.5.5.0/24 #3664724512 via 10.99.0.5 path 65005 igp 65005:7 65005:1:2 rt:65005:9",
        "10.5.6.0/26 #3664724512 via 10.99.0.5 path 65005 65005 65005 igp med 9",
        "2001:db8:5::/48 #3664724512 via 2001:db8::6 path 65005 igp",
      ],
    ],
    [
      "frr2",
      "AS 70003, ipv4+ipv6, enhanced refresh, extended messages, graceful restart 120, long-lived, paths of ipv4, paths of ipv6",
      [
        "End-of-RIB ipv4",
        "End-of-RIB ipv6",
        "10.5.0.0/17 #2 via 10.99.0.3 path 70003 70003 70003 igp med 0 100:1 200:2 70003:1:2 70003:3:4 rt:70003:5",
        "2001:db8:f::/48 via ::ffff:10.99.0.3 path 70003 70003 70003 igp med 0 100:1 200:2 70003:1:2 70003:3:4 rt:70003:5",
      ],
    ],
  ] as const) {
    it(speaker, () => {
      assert.equal(offer(speaker), opens);
      assert.deepEqual(updates(speaker), sends);
    });
  }
});
