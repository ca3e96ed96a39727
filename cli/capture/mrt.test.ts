import assert from "node:assert/strict";
import { Decoder } from "./decoder.ts";

type Line = Readonly<Record<string, unknown>>;

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\s/g, ""), "hex"));

/** A record of MRT (RFC 6396 2): time, type, subtype, length, body. */
function record(type: number, subtype: number, body: Uint8Array, time = 1_790_000_000): Uint8Array {
  const head = new DataView(new ArrayBuffer(12));
  head.setUint32(0, time);
  head.setUint16(4, type);
  head.setUint16(6, subtype);
  head.setUint32(8, body.length);
  return Uint8Array.of(...new Uint8Array(head.buffer), ...body);
}

function decode(...records: readonly Uint8Array[]): Line[] {
  const found: Line[] = [];
  const decoder = new Decoder((object) => found.push(object as Line));
  const all = Uint8Array.from(records.flatMap((one) => [...one]));
  for (let at = 0; at < all.length; at += 9) decoder.push(all.subarray(at, at + 9));
  decoder.end();
  return found;
}

/** Two peers: 10.0.0.1 of AS 65001, and 2001:db8::1 of AS 70000. */
const peers = hex(
  "0a000009 0003 616263 0002" + "00 01010101 0a000001 fde9" + "03 02020202 20010db8000000000000000000000001 00011170",
);
const marker = "ff".repeat(16);

describe("MRT", () => {
  it("lists who told, and their routes of both families (RFC 6396 4.3)", () => {
    const attributes = "40010100 4002 06 0201 0000fde9 40030 40a000001".replace(/ /g, "");
    const wide = "40010100 4002 06 0201 00011170 800e11 10 20010db8000000000000000000000007".replace(/ /g, "");
    const size = (text: string): string => (text.length / 2).toString(16).padStart(4, "0");
    const v4 = hex(`00000001 18 c00002 0001 0000 6ab13b80 ${size(attributes)} ${attributes}`);
    const v6 = hex(`00000002 30 20010db80001 0001 0001 6ab13b80 ${size(wide)} ${wide}`);
    const ids = hex(`00000003 18 c00003 0001 0000 6ab13b80 00000009 ${size(attributes)} ${attributes}`);
    const [index, one, two, three] = decode(
      record(13, 1, peers),
      record(13, 2, v4),
      record(13, 4, v6),
      record(13, 8, ids),
    );
    assert.equal(index!["time"], "2026-09-21T14:13:20.000000Z");
    assert.deepEqual([index!["collector"], index!["view"]], ["10.0.0.9", "abc"]);
    assert.deepEqual(index!["peers"], [
      { routerId: "1.1.1.1", address: "10.0.0.1", asn: 65001 },
      { routerId: "2.2.2.2", address: "2001:db8::1", asn: 70000 },
    ]);
    assert.deepEqual(
      [one!["type"], one!["prefix"], one!["peer"], one!["peerAs"]],
      ["ROUTE", "192.0.2.0/24", "10.0.0.1", 65001],
    );
    assert.deepEqual(one!["path"], { origin: "igp", asPath: "65001", nextHop: "10.0.0.1" });
    assert.deepEqual(
      [two!["prefix"], two!["path"]],
      ["2001:db8:1::/48", { origin: "igp", asPath: "70000", nextHop: "2001:db8::7" }],
    );
    assert.deepEqual([three!["prefix"], three!["pathId"]], ["192.0.3.0/24", 9]);
  });

  it("has messages with AS numbers of two and four octets, and changes of state (RFC 6396 4.4)", () => {
    const two = hex(`fde9 fdea 0000 0001 0a000001 0a000002 ${marker} 0013 04`);
    const four = hex(
      `00011170 0000fdea 0000 0002 ${"20010db8000000000000000000000001".repeat(2)} ${marker} 0015 03 0602`,
    );
    const state = hex("0000fde9 0000fdea 0000 0001 0a000001 0a000002 0005 0006");
    const fine = hex(`0007a120 fde9 fdea 0000 0001 0a000001 0a000002 ${marker} 0013 04`);
    const found = decode(record(16, 1, two), record(16, 4, four), record(16, 5, state), record(17, 1, fine));
    assert.deepEqual(
      found.map(({ type }) => type),
      ["KEEPALIVE", "NOTIFICATION", "STATE", "KEEPALIVE"],
    );
    assert.deepEqual([found[0]!["peer"], found[0]!["peerAs"], found[0]!["localAs"]], ["10.0.0.1", 65001, 65002]);
    assert.deepEqual([found[1]!["peer"], found[1]!["peerAs"]], ["2001:db8::1", 70000]);
    assert.deepEqual([found[2]!["from"], found[2]!["to"]], ["OpenConfirm", "Established"]);
    assert.equal(found[3]!["time"], "2026-09-21T14:13:20.500000Z");
  });

  it("keeps records that it does not read as numbers", () => {
    assert.deepEqual(
      decode(record(13, 6, hex("0102")), record(16, 3, hex("01"))).map(({ time: _, ...rest }) => rest),
      [
        { type: "RECORD", mrtType: 13, subtype: 6, length: 2 },
        { type: "RECORD", mrtType: 16, subtype: 3, length: 1 },
      ],
    );
    const cut = decode(record(13, 1, peers.subarray(0, 20)), record(13, 2, hex("00000001 18 c0")));
    assert.deepEqual(
      cut.map(({ type }) => type),
      ["RECORD", "RECORD"],
    );
  });
});
