import { Writer } from "../../lib/writer.ts";
import { ipv6 } from "../../net/address.ts";
import { parsePrefix } from "../../net/prefix.ts";
import { encodeAttributes } from "../attribute/encode.ts";
import { type PathAttributes, pathAttributes } from "../attribute/path-attributes.ts";
import { capabilities } from "../capability/capabilities.ts";
import { writeKeepalive } from "../message/keepalive.ts";
import { cease, writeNotification } from "../message/notification.ts";
import { writeOpen } from "../message/open.ts";
import { writeRouteRefresh } from "../message/route-refresh.ts";
import { writeReach, writeUnreach, writeUpdate } from "../message/update.ts";
import { writePrefix } from "../nlri/encode.ts";

const fullValue = pathAttributes({
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
  unknown: [
    { flags: 0xc0, code: 22, value: Uint8Array.of(0, 6, 0, 0, 16, 10, 0, 0, 1) },
    { flags: 0xc0, code: 23, value: Uint8Array.of(0, 8, 0, 4, 1, 2, 3, 4) },
    { flags: 0xc0, code: 25, value: new Uint8Array(20).fill(2) },
    { flags: 0xc0, code: 40, value: Uint8Array.of(1, 0, 7, 0, 0, 0, 0, 0, 0, 9) },
    { flags: 0xc0, code: 128, value: Uint8Array.of(0, 0, 0xfd, 0xe9, 0x40, 1, 1, 0, 0xc0, 8, 4, 0, 0, 0, 1) },
    { flags: 0xe0, code: 200, value: Uint8Array.of(1, 2, 3) },
  ],
});

function nlri(...texts: readonly string[]): Uint8Array {
  const writer = new Writer();
  for (const text of texts) writePrefix(writer, parsePrefix(text)!);
  return writer.take();
}

function attributes(value: PathAttributes, fourOctetAs = true, isInternal = true): Uint8Array {
  const writer = new Writer();
  encodeAttributes(value, { fourOctetAs, isInternal }, writer);
  return writer.take();
}

/** Whole messages of every type, as good peers send them. */
export function goodMessages(): readonly Uint8Array[] {
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
  const plain = pathAttributes({
    asPath: [{ kind: "sequence", asns: [65001] }],
    nextHop: fullValue.nextHop,
    localPref: 100,
  });
  const many = Array.from({ length: 200 }, (_, i) => `10.${i}.0.0/16`);
  const writer = new Writer();
  const reach = (value: PathAttributes): Uint8Array => {
    const parts = { multiprotocol: writeReach(new Writer(), "ipv6", next, six).take(), attributes: attributes(value) };
    return writeUpdate(writer, parts).take();
  };
  return [
    writeUpdate(writer, {
      attributes: attributes(fullValue),
      nlri: nlri("10.0.0.0/8", "192.0.2.1/32", "0.0.0.0/0"),
    }).take(),
    writeUpdate(writer, { attributes: attributes(fullValue, false), nlri: nlri("10.0.0.0/8") }).take(),
    writeUpdate(writer, { attributes: attributes(plain), nlri: nlri(...many) }).take(),
    writeUpdate(writer, {
      attributes: attributes(plain, true, false),
      nlri: nlri("10.7.0.0/16", "224.0.0.0/4"),
    }).take(),
    writeUpdate(writer, { withdrawn: nlri("10.0.0.0/9", "10.1.0.0/16") }).take(),
    writeUpdate(writer, { attributes: attributes(plain), nlri: Uint8Array.of(0, 0, 0, 7, 24, 10, 1, 2) }).take(),
    writeUpdate(writer, { multiprotocol: writeUnreach(new Writer(), "ipv6", six).take() }).take(),
    writeOpen(writer, { myAs: 23456, holdTimeSeconds: 90, routerId: 1, capabilities: offer }).take(),
    writeNotification(writer, cease(2, "maintenance")).take(),
    writeRouteRefresh(writer, "ipv6").take(),
    writeKeepalive(writer).take(),
    reach(fullValue),
    reach(plain),
  ];
}
