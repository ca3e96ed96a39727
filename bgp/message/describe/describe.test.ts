import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { Writer } from "../../../lib/writer.ts";
import { ipv4 } from "../../../net/address.ts";
import { encodeAttributes } from "../../attribute/encode.ts";
import { pathAttributes } from "../../attribute/path-attributes.ts";
import { capabilities } from "../../capability/capabilities.ts";
import { notification, writeNotification } from "../notification.ts";
import { writeOpen } from "../open.ts";
import { writeRouteRefresh } from "../route-refresh.ts";
import { writeUpdate } from "../update.ts";
import { describeBlock } from "./block.ts";
import { Conversation } from "./conversation.ts";
import { describeMessage, type MessageWords } from "./message.ts";
import type { DescribeTerms } from "./terms.ts";
import type { UpdateWords } from "./update.ts";

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\s/g, ""), "hex"));
const describeHex = (octets: Uint8Array, terms: DescribeTerms = {}): MessageWords =>
  describeMessage(octets, 0, octets.length, terms);

const lines = readFileSync(new URL("../testdata/rivals.hex", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"));

function attributes(fourOctetAs: boolean, asns: readonly number[]): Uint8Array {
  const writer = new Writer(64);
  const path = pathAttributes({ asPath: [{ kind: "sequence", asns }], nextHop: ipv4(0x0a000001) });
  encodeAttributes(path, { fourOctetAs, isInternal: false }, writer);
  return writer.take();
}

function update(block: Uint8Array, nlri: Uint8Array): Uint8Array {
  return writeUpdate(new Writer(256), { attributes: block, nlri }).take();
}

describe("a message in words", () => {
  it("has a line for everything that BIRD and FRR said", () => {
    const types = lines.map((line) => describeHex(hex(line.split(" ")[1]!)).type);
    assert.equal(types.includes("UNKNOWN"), false);
    assert.deepEqual(new Set(types), new Set(["OPEN", "UPDATE", "NOTIFICATION"]));
    for (const line of lines) {
      const words = describeHex(hex(line.split(" ")[1]!));
      if (words.type === "UPDATE") assert.ok(["ok", "end-of-rib"].includes(words.verdict), line);
      if (words.type === "OPEN") assert.equal(words.fault, undefined);
    }
  });

  it("guesses two or four octets an AS number, and path identifiers, from what makes sense", () => {
    const nlri = hex("18 c00002");
    const path = (octets: Uint8Array, terms?: DescribeTerms): string =>
      (describeHex(octets, terms) as UpdateWords).path!.asPath;
    assert.equal(path(update(attributes(true, [65001, 70000]), nlri)), "65001 70000");
    assert.equal(path(update(attributes(false, [65001, 65002]), nlri)), "65001 65002");
    assert.equal(path(update(attributes(false, [65001, 65002, 65003]), nlri)), "65001 65002 65003");
    const ids = describeHex(
      update(attributes(true, [65001]), hex("00000002 18 c00002 00000003 10 0a01")),
    ) as UpdateWords;
    assert.deepEqual(ids.nlri, [
      { prefix: "192.0.2.0/24", pathId: 2 },
      { prefix: "10.1.0.0/16", pathId: 3 },
    ]);
    const plain = describeHex(update(attributes(true, [65001]), hex("00 10 0a01"))) as UpdateWords;
    assert.deepEqual(plain.nlri, ["0.0.0.0/0", "10.1.0.0/16"]);
  });

  it("keeps what nobody knows as numbers and octets", () => {
    const block = Uint8Array.of(...attributes(true, [65001]), ...hex("c0 63 03 010203"));
    const words = describeHex(update(block, hex("18 c00002"))) as UpdateWords;
    assert.deepEqual(words.path!.unknown, [{ code: 99, flags: 0xc0, value: "010203" }]);
    assert.deepEqual(words.attributes!.at(-1), {
      code: 99,
      name: "attribute 99",
      flags: "optional transitive",
      offset: words.length - 4 - 6,
      length: 3,
      hex: "010203",
    });
    const evpn = describeHex(
      writeUpdate(new Writer(64), { multiprotocol: hex("800e0c 0019 46 04 0a000001 00 0203ff") }).take(),
    );
    assert.deepEqual((evpn as UpdateWords).reach, { afi: 25, safi: 70, hex: "0203ff" });
    const open = writeOpen(new Writer(64), {
      myAs: 65001,
      holdTimeSeconds: 90,
      routerId: 1,
      capabilities: capabilities({ fourOctetAs: 65001, unknown: [{ code: 200, value: hex("abcd") }] }),
    }).take();
    const offered = describeHex(open);
    assert.ok(offered.type === "OPEN");
    assert.deepEqual(offered.capabilities.at(-1), { code: 200, name: "capability 200", value: "abcd" });
    const said = describeHex(writeNotification(new Writer(32), notification(99, 7, hex("0102"))).take());
    assert.deepEqual(said, {
      type: "NOTIFICATION",
      length: 23,
      code: 99,
      subcode: 7,
      text: "code 99/subcode 7",
      data: "0102",
    });
    assert.deepEqual(describeHex(hex(`${"ff".repeat(16)}0014 09 07`)), {
      type: "UNKNOWN",
      length: 20,
      code: 9,
      why: "no message of BGP has this type",
      data: "07",
    });
  });

  it("gives the verdict of RFC 7606 with the place of the fault", () => {
    const [origin, ...rest] = [hex("40010109"), ...[attributes(true, [65001]).subarray(4)]];
    const words = describeHex(update(Uint8Array.of(...origin, ...rest[0]!), hex("18 c00002"))) as UpdateWords;
    assert.equal(words.verdict, "withdraw");
    assert.deepEqual([words.faults![0]!.attribute, words.faults![0]!.offset], [1, 23]);
    const cut = describeHex(hex(`${"ff".repeat(16)}0017 02 0005 0000`)) as UpdateWords;
    assert.deepEqual([cut.verdict, cut.faults!.length], ["reset", 1]);
    const missing = describeHex(update(attributes(true, [65001]).subarray(4), hex("18 c00002"))) as UpdateWords;
    assert.match(missing.faults![0]!.why, /ORIGIN is missing/);
  });

  it("names a refresh", () => {
    const octets = writeRouteRefresh(new Writer(32), "ipv6", 1).take();
    assert.deepEqual(describeHex(octets), {
      type: "ROUTE-REFRESH",
      length: 23,
      family: "ipv6",
      subtype: 1,
      means: "begin",
    });
  });

  it("never throws, whatever the octets", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 120 }),
        fc.integer({ min: 0, max: 6 }),
        fc.boolean(),
        (body, type, wide) => {
          const length = 19 + body.length;
          const octets = Uint8Array.of(...new Array<number>(16).fill(255), length >> 8, length & 255, type, ...body);
          JSON.stringify(describeHex(octets, wide ? {} : { fourOctetAs: false, addPath: { ipv4: true, ipv6: true } }));
          describeBlock(body, 0, body.length);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it("reads a table's next hop, short and whole (RFC 6396 4.3.4)", () => {
    const base = attributes(true, [65001]).subarray(0, 13);
    const hop = "20010db8 00000000 00000000 00000001";
    const short = Uint8Array.of(...base, ...hex(`800e11 10 ${hop}`));
    const whole = Uint8Array.of(...base, ...hex(`800e15 0002 01 10 ${hop} 00`));
    for (const block of [short, whole]) {
      assert.deepEqual(describeBlock(block, 0, block.length).path, {
        origin: "igp",
        asPath: "65001",
        nextHop: "2001:db8::1",
      });
    }
  });
});

describe("a conversation", () => {
  const open = (addPath: boolean, wide: boolean): Uint8Array =>
    writeOpen(new Writer(64), {
      myAs: 65001,
      holdTimeSeconds: 90,
      routerId: 1,
      capabilities: capabilities({
        fourOctetAs: wide ? 65001 : undefined,
        addPath: { ipv4: { send: addPath, receive: addPath }, ipv6: { send: false, receive: false } },
      }),
    }).take();

  it("is read by the OPENs of both sides, however it is cut", () => {
    for (const [wide, ids] of [
      [true, true],
      [true, false],
      [false, false],
    ] as const) {
      const nlri = ids ? hex("00000007 18 c00002") : hex("18 c00002");
      const stream = Uint8Array.of(...open(ids, wide), ...update(attributes(wide, [1, 2]), nlri));
      for (const size of [1, 7, 4096]) {
        const heard: UpdateWords[] = [];
        const conversation = new Conversation((_, words) => words.type === "UPDATE" && heard.push(words));
        conversation.push(1, open(ids, wide));
        for (let at = 0; at < stream.length; at += size) conversation.push(0, stream.subarray(at, at + size));
        assert.equal(heard[0]!.path!.asPath, "1 2");
        assert.deepEqual(heard[0]!.nlri, [ids ? { prefix: "192.0.2.0/24", pathId: 7 } : "192.0.2.0/24"]);
      }
    }
  });

  it("skips what is no message, and says how much of it", () => {
    const heard: string[] = [];
    const conversation = new Conversation((_, words) => heard.push(`${words.type} ${words.length}`));
    conversation.push(0, Uint8Array.of(1, 2, 3, ...hex(`${"ff".repeat(16)}0013 04`), 9));
    conversation.flush(0);
    assert.deepEqual(heard, ["GARBAGE 3", "KEEPALIVE 19", "GARBAGE 1"]);
  });
});
