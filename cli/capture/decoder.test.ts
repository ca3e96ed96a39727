import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { Decoder } from "./decoder.ts";
import { frame, ipPacket, pcap, pcapng, type SimSegment } from "./sim/frames.ts";

const testdata = new URL("../../bgp/message/testdata/rivals.hex", import.meta.url);
const lines = readFileSync(testdata, "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"));
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\s/g, ""), "hex"));
const bird = hex(
  lines
    .filter((line) => line.startsWith("bird "))
    .map((line) => line.slice(5))
    .join(""),
);
/** An OPEN of AS 70000 with four octets and path identifiers, as the peer of rivals.hex sent. */
const ours = hex(
  `${"ff".repeat(16)} 0033 01 04 5ba0 00b4 0a630001 16 0214 010400010001 41040001 1170 4504 0001 0103 0200 0600`.replace(
    "0033",
    "0033",
  ),
);

type Line = Readonly<Record<string, unknown>>;

/** The input told in pieces of `size` octets. */
function decode(input: Uint8Array, size = 1000): Line[] {
  const found: Line[] = [];
  const decoder = new Decoder((object) => found.push(object as Line));
  for (let at = 0; at < input.length; at += size) decoder.push(input.subarray(at, at + size));
  decoder.end();
  return found;
}

function connection(stream: Uint8Array, cuts: readonly number[]): SimSegment[] {
  const data: SimSegment[] = [];
  let at = 0;
  for (const cut of [...cuts, stream.length]) {
    data.push({ side: 1, sequence: 5001 + at, data: stream.subarray(at, cut) });
    at = cut;
  }
  const syn = (side: 0 | 1, sequence: number): SimSegment => ({ side, sequence, data: new Uint8Array(0), flags: 2 });
  return [syn(0, 0xfffffff0), syn(1, 5000), { side: 0, sequence: 0xfffffff1, data: ours }, ...data];
}

const summary = (found: readonly Line[]): string[] =>
  found.map(({ type, from, verdict }) => `${from ?? ""} ${type} ${verdict ?? ""}`.trim());
const prefixes = (found: readonly Line[]): string => JSON.stringify(found.map(({ nlri, reach }) => [nlri, reach]));

describe("bgp decode", () => {
  const asHex = decode(Buffer.from(Buffer.from([...ours, ...bird]).toString("hex")));
  const cuts = [10, 100, 101, 180];

  it("reads hexadecimal text in whatever dress", () => {
    const octets = [...bird].map((octet) => octet.toString(16).padStart(2, "0"));
    const rows = Array.from({ length: Math.ceil(octets.length / 16) }, (_, i) => octets.slice(i * 16, i * 16 + 16));
    const plain = decode(Buffer.from(octets.join("")));
    assert.equal(plain.length, lines.filter((line) => line.startsWith("bird ")).length);
    const dressed = [
      octets.join(" "),
      octets.join(":"),
      rows.map((row) => row.join(" ")).join("\r\n"),
      rows.map((row, i) => `${(i * 16).toString(16).padStart(4, "0")}  ${row.join(" ")}  |....|`).join("\n"),
      rows.map((row, i) => `${(i * 16).toString(16).padStart(8, "0")}: ${row.join(" ")}`).join("\n"),
      `# remark\n\n${octets.join("")} # behind`,
      lines.filter((line) => line.startsWith("bird ")).join("\n"),
    ];
    for (const text of dressed) assert.deepEqual(decode(Buffer.from(text), 13), plain, text.slice(0, 80));
    assert.throws(() => decode(Uint8Array.of(0x1b, 0x5b, 0x33, 0x31, 0x6d, 0x0a)), /text: '\.\[31m'/);
    assert.throws(() => decode(Buffer.from("good morning\n")), /line 1 is no hexadecimal text: 'good morning'/);
  });

  for (const link of [1, 113, 276, 101]) {
    for (const isIpv6 of [false, true]) {
      it(`reads captures of link type ${link}, ${isIpv6 ? "IPv6" : "IPv4"}, in any byte order and format`, () => {
        const frames = connection(bird, cuts).map((segment) => frame(link, ipPacket(segment, isIpv6)));
        const found = decode(pcap(link, frames), 7);
        const host = isIpv6 ? "[2001:db8::2]:179" : "10.0.0.2:179";
        assert.equal(found[1]!["from"], host);
        assert.equal(found[0]!["time"], "2026-09-21T14:13:22.000005Z");
        assert.match(prefixes(found), /"192\.0\.2\.0\/24","pathId":2.*2001:db8:2::\/122/, "ADD-PATH as both OPENs say");
        assert.equal(found.length, asHex.length);
        assert.deepEqual(decode(pcap(link, frames, true)), found);
        assert.deepEqual(decode(pcapng(link, frames), 11), found);
      });
    }
  }

  it("puts segments in order: late, doubled, overlapping and over the end of the numbers", () => {
    const [syn, answer, hello, ...data] = connection(bird, cuts);
    const wanted = decode(
      pcap(
        101,
        connection(bird, cuts).map((one) => ipPacket(one)),
      ),
    ).map(({ time: _, ...rest }) => rest);
    fc.assert(
      fc.property(fc.shuffledSubarray([...data, ...data], { minLength: data.length * 2 }), (mixed) => {
        const longer = { ...data[0]!, data: bird.subarray(0, 150) };
        const all = [syn!, answer!, hello!, ...mixed, longer].map((one) => ipPacket(one));
        assert.deepEqual(
          decode(pcap(101, all)).map(({ time: _, ...rest }) => rest),
          wanted,
        );
      }),
      { numRuns: 100 },
    );
  });

  it("goes on behind what the capture missed", () => {
    const all = connection(bird, cuts);
    const missing = [...all.slice(0, 4), ...all.slice(5)].map((one) => ipPacket(one));
    const found = summary(decode(pcap(101, missing)));
    assert.ok(
      found.some((line) => /GARBAGE/.test(line)),
      found.join(),
    );
    assert.equal(found.at(-1), "10.0.0.2:179 NOTIFICATION");
    assert.equal(found.length < asHex.length + 2, true);
  });

  it("begins in the middle of a connection", () => {
    const middle = connection(bird, cuts)
      .slice(5)
      .map((one) => ipPacket(one));
    const found = summary(decode(pcap(101, middle)));
    assert.match(found[0]!, /GARBAGE/);
    assert.equal(found.at(-1), "10.0.0.2:179 NOTIFICATION");
  });

  it("takes no notice of what is not BGP, and is no victim of wild packets", () => {
    const other = ipPacket({ side: 0, sequence: 1, data: Uint8Array.of(1, 2, 3) });
    other[22] = 0x1f;
    other[23] = 0x90;
    assert.deepEqual(
      decode(pcap(101, [other, Uint8Array.of(0x45), new Uint8Array(60), Uint8Array.of(0x60, ...new Uint8Array(40))])),
      [],
    );
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 90 }), { maxLength: 5 }), (packets) => {
        const wild = packets.map((octets, i) => Uint8Array.of(i % 2 ? 0x45 : 0x60, ...octets));
        decode(pcap(101, wild));
      }),
      { numRuns: 500 },
    );
  });

  it("says when a file is cut short or damaged", () => {
    const whole = pcap(
      101,
      connection(bird, cuts).map((one) => ipPacket(one)),
    );
    assert.throws(() => decode(whole.subarray(0, whole.length - 3)), /the input ends within a record/);
    const damaged = whole.slice();
    damaged[24 + 8] = 0x7f;
    assert.throws(() => decode(damaged), /the file is damaged/);
    assert.throws(() => decode(pcap(99, [])), /link type 99 is not supported/);
  });
});
