import assert from "node:assert/strict";
import { type Random, seededRandom } from "../../lib/random.ts";
import { Writer } from "../../lib/writer.ts";
import { ipv6 } from "../../net/address.ts";
import { parsePrefix } from "../../net/prefix.ts";
import { decodeAttributes } from "../attribute/decode.ts";
import { encodeAttributes } from "../attribute/encode.ts";
import { pathAttributes } from "../attribute/path-attributes.ts";
import { capabilities } from "../capability/capabilities.ts";
import { NlriCursor } from "../nlri/cursor.ts";
import { writePrefix } from "../nlri/encode.ts";
import { Framer } from "../session/framer.ts";
import type { Negotiated } from "../session/negotiated.ts";
import { simTerms } from "../sim/terms.ts";
import { cease, readNotification, writeNotification } from "./notification.ts";
import { describeNotification } from "./notification-text.ts";
import { readOpen, writeOpen } from "./open.ts";
import { readRouteRefresh, writeRouteRefresh } from "./route-refresh.ts";
import { scanUpdate } from "./scan-update.ts";
import { writeReach, writeUnreach, writeUpdate } from "./update.ts";
import { UpdateScan } from "./update-scan.ts";

/** Whole messages of every type that can be malformed, as a good peer sends them. */
function corpus(): readonly Uint8Array[] {
  const writer = new Writer();
  const nlri = (...texts: string[]): Uint8Array => {
    const w = new Writer();
    for (const text of texts) writePrefix(w, parsePrefix(text)!);
    return w.take();
  };
  const value = pathAttributes({
    asPath: [
      { kind: "sequence", asns: [65001, 70000] },
      { kind: "set", asns: [3, 4] },
    ],
    nextHop: { family: "ipv4", a: 0x0a000001, b: 0, c: 0, d: 0 },
    med: 5,
    localPref: 100,
    atomicAggregate: true,
    aggregator: { asn: 70000, routerId: 9 },
    communities: [1, 2, 3],
    originatorId: 4,
    clusterList: [5, 6],
    extendedCommunities: [{ high: 0x20001, low: 7 }],
    largeCommunities: [{ globalAdministrator: 1, localData1: 2, localData2: 3 }],
    otc: 65001,
    unknown: [{ flags: 0xe0, code: 200, value: Uint8Array.of(1, 2, 3) }],
  });
  const attributes = (fourOctetAs: boolean): Uint8Array => {
    const w = new Writer();
    encodeAttributes(value, { fourOctetAs, isInternal: true }, w);
    return w.take();
  };
  const next = { address: ipv6(0x20010db8, 0, 0, 1), linkLocal: ipv6(0xfe800000, 0, 0, 1) };
  const six = nlri("2001:db8::/32", "2001:db8:1::/48", "::/0");
  const offer = capabilities({
    families: ["ipv4", "ipv6"],
    routeRefresh: true,
    fourOctetAs: 70000,
    gracefulRestart: {
      restarting: false,
      notification: true,
      restartSeconds: 120,
      families: [{ family: "ipv4", forwarding: true }],
    },
    addPath: { ipv4: { send: true, receive: true }, ipv6: { send: false, receive: false } },
    extendedNextHop: true,
  });
  return [
    writeUpdate(writer, { attributes: attributes(true), nlri: nlri("10.0.0.0/8", "192.0.2.1/32", "0.0.0.0/0") }).take(),
    writeUpdate(writer, { attributes: attributes(false), nlri: nlri("10.0.0.0/8") }).take(),
    writeUpdate(writer, { withdrawn: nlri("10.0.0.0/9", "10.1.0.0/16") }).take(),
    writeUpdate(writer, {
      multiprotocol: writeReach(new Writer(), "ipv6", next, six).take(),
      attributes: attributes(true),
    }).take(),
    writeUpdate(writer, { multiprotocol: writeUnreach(new Writer(), "ipv6", six).take() }).take(),
    writeOpen(writer, { myAs: 23456, holdTimeSeconds: 90, routerId: 1, capabilities: offer }).take(),
    writeNotification(writer, cease(2, "maintenance")).take(),
    writeRouteRefresh(writer, "ipv6").take(),
  ];
}

/** Octets changed, cut out, doubled; the length field right again in most cases, so that the damage gets through. */
function mutate(message: Uint8Array, random: Random): Uint8Array {
  const octets = [...message];
  const times = 1 + Math.floor(random() * 4);
  for (let i = 0; i < times; i++) {
    const at = 19 + Math.floor(random() * (octets.length - 19));
    const kind = random();
    if (kind < 0.6) octets[at] = Math.floor(random() * 256);
    else if (kind < 0.75) octets[at] = [0, 1, 127, 128, 255][Math.floor(random() * 5)]!;
    else if (kind < 0.9) octets.splice(at, 1 + Math.floor(random() * 5));
    else octets.splice(at, 0, ...octets.slice(at, at + 8));
  }
  if (random() < 0.9) {
    octets[16] = octets.length >> 8;
    octets[17] = octets.length & 255;
  }
  return Uint8Array.from(octets);
}

const terms: readonly Negotiated[] = [
  simTerms(),
  simTerms({ isInternal: true, fourOctetAs: false, extendedNextHop: true }),
  simTerms({
    families: ["ipv4"],
    addPath: { ipv4: { send: true, receive: true }, ipv6: { send: false, receive: true } },
  }),
];

/** Reads a message the way a session does, touching everything that a reader would touch. */
function read(type: number, buf: Uint8Array, start: number, end: number, agreed: Negotiated, scan: UpdateScan): void {
  if (type === 1) readOpen(buf, start, end);
  if (type === 3) describeNotification(readNotification(buf, start, end));
  if (type === 5) readRouteRefresh(buf, start, end);
  if (type !== 2) return;
  scanUpdate(buf, start, end, agreed, scan);
  if (scan.verdict !== "ok" && scan.verdict !== "withdraw") {
    assert.equal(scan.verdict === "reset", scan.faults.at(-1)?.action === "reset");
    return;
  }
  const cursor = new NlriCursor();
  let reachable = 0;
  cursor.start(buf, scan.nlriStart, scan.nlriEnd, "ipv4", agreed.addPath.ipv4.receive);
  while (cursor.next()) reachable++;
  if (scan.reachFamily) {
    cursor.start(buf, scan.reachStart, scan.reachEnd, scan.reachFamily, agreed.addPath[scan.reachFamily].receive);
    while (cursor.next()) reachable++;
  }
  assert.equal(reachable, scan.reachable);
  assert.ok(scan.nlriEnd <= end && scan.reachEnd <= end && scan.withdrawnEnd <= end && scan.unreachEnd <= end);
  if (scan.verdict !== "ok" || reachable === 0) return;
  const found = decodeAttributes(scan.block, scan.blockStart, scan.blockEnd, agreed);
  assert.equal(found.verdict === "ok", found.faults.length === 0);
}

describe("decoders", () => {
  it("make a value or a verdict of 120,000 damaged messages, and never throw", () => {
    const random = seededRandom(7606);
    const messages = corpus();
    const scan = new UpdateScan();
    const verdicts = new Map<string, number>();
    for (let i = 0; i < 120_000; i++) {
      const message = mutate(messages[i % messages.length]!, random);
      const agreed = terms[i % terms.length]!;
      try {
        const fault = new Framer().push(message, 0, message.length, (type, buf, start, end) => {
          read(type, buf, start, end, agreed, scan);
          const key = type === 2 ? scan.verdict : `type ${type}`;
          verdicts.set(key, (verdicts.get(key) ?? 0) + 1);
          return true;
        });
        if (fault) assert.equal(fault.code, 1);
      } catch (error) {
        throw new Error(`message ${i}: ${Buffer.from(message).toString("hex")}`, { cause: error });
      }
    }
    // The damage gets everywhere: each verdict was reached often, so the claim above is not empty.
    for (const verdict of ["ok", "withdraw", "reset"]) assert.ok((verdicts.get(verdict) ?? 0) > 1000, verdict);
  }).timeout(20_000);

  it("take the undamaged ones without a fault", () => {
    const scan = new UpdateScan();
    const [, old] = terms;
    for (const [i, message] of corpus().entries()) {
      const agreed = i === 1 ? { ...old!, extendedNextHop: false } : simTerms({ isInternal: true });
      if (message[18] !== 2) continue;
      scanUpdate(message, 0, message.length, agreed, scan);
      assert.deepEqual([scan.verdict, scan.faults], ["ok", []], `message ${i}`);
      if (scan.reachable === 0) continue;
      const found = decodeAttributes(scan.block, scan.blockStart, scan.blockEnd, agreed);
      assert.deepEqual([found.verdict, found.faults], ["ok", []], `message ${i}`);
      assert.equal(found.attributes!.aggregator!.asn, 70000);
    }
  });
});
