import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { formatAddress } from "../../net/address-text.ts";
import { formatPrefix } from "../../net/prefix.ts";
import { formatAsPath } from "../attribute/as-path.ts";
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

function agreedWith(speaker: string): Negotiated {
  const addPath = { ipv4: { send: false, receive: true }, ipv6: { send: false, receive: false } };
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
