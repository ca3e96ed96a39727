import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeMessage, encodeMessage } from "./codec.ts";
import type { RouterAdvertisement, RouterDiscoveryMessage } from "./message.ts";
import { macOctets, macText } from "./options.ts";

const octets = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (two) => Number.parseInt(two, 16));

/** As FRR 8.4 sends it on the interface of an unnumbered neighbour. */
const ofFrr = "860000004000001e00000000000000000101fa5453b90c05";
/** As BIRD 2.0 sends it: with MTU (5), a prefix (3) and a recursive DNS server (25). */
const ofBird = `8600000040000000${"00".repeat(8)}05010000000005dc${`0304${"40"}c0${"00".repeat(28)}`}${`1903${"00".repeat(22)}`}`;

const mac = fc.uint8Array({ minLength: 6, maxLength: 6 }).map(macText);
const u32 = fc.nat(0xffffffff);
const advertisement: fc.Arbitrary<RouterAdvertisement> = fc.record({
  kind: fc.constant("advertisement" as const),
  currentHopLimit: fc.nat(255),
  isManaged: fc.boolean(),
  hasOtherConfig: fc.boolean(),
  routerLifetimeSeconds: fc.nat(0xffff),
  reachableMs: u32,
  retransMs: u32,
  mac: fc.oneof(fc.constant(""), mac),
});
const message: fc.Arbitrary<RouterDiscoveryMessage> = fc.oneof(
  advertisement,
  fc.record({ kind: fc.constant("solicitation" as const), mac: fc.oneof(fc.constant(""), mac) }),
);

function why(hex: string): string {
  const reading = decodeMessage(octets(hex));
  return reading.ok ? "" : reading.why;
}

describe("messages of router discovery", () => {
  it("are what other routers send", () => {
    const reading = decodeMessage(octets(ofFrr));
    assert.ok(reading.ok && reading.message.kind === "advertisement");
    const { routerLifetimeSeconds, currentHopLimit, mac: sender } = reading.message;
    assert.deepEqual([routerLifetimeSeconds, currentHopLimit, sender], [30, 64, "fa:54:53:b9:0c:05"]);
    assert.equal(why(ofBird), "");
  });

  it("are octets as RFC 4861 4.1 and 4.2 draw them", () => {
    const nothing = {
      currentHopLimit: 0,
      isManaged: false,
      hasOtherConfig: true,
      reachableMs: 1,
      retransMs: 0x01020304,
    };
    const sent: RouterAdvertisement = {
      kind: "advertisement",
      ...nothing,
      routerLifetimeSeconds: 1800,
      mac: "02:00:00:00:00:01",
    };
    assert.equal(
      Buffer.from(encodeMessage(sent)).toString("hex"),
      "8600000000400708000000010102030401010200" + "00000001",
    );
    const asking = encodeMessage({ kind: "solicitation", mac: "" });
    assert.equal(Buffer.from(asking).toString("hex"), "8500000000000000");
  });

  it("are the same after a journey", () => {
    fc.assert(
      fc.property(message, (sent) => {
        assert.deepEqual(decodeMessage(encodeMessage(sent)), { ok: true, message: { ...sent } });
      }),
    );
  });

  it("have a verdict in words where they are wrong", () => {
    assert.match(why(""), /type none/);
    assert.match(why("8000000000000000"), /type 128 is not of router discovery/);
    assert.match(why("8501000000000000"), /code 1 instead of 0/);
    assert.match(why("85000000000000"), /7 octets: at least 8/);
    assert.match(why(`8600${"00".repeat(13)}`), /15 octets: at least 16/);
    assert.match(why(`${ofFrr}0500000000000000`), /option 5 has length 0/);
    assert.match(why(`${ofFrr}05020000`), /option 5 is longer than the message/);
    assert.match(why(`${ofFrr}05`), /ends after its first octet/);
  });

  it("of any octets are a message or a verdict, whatever options follow", () => {
    const start = fc.constantFrom(octets("85000000"), octets(ofFrr), octets(ofBird), new Uint8Array(0));
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 80 }), (head, tail) => {
        const all = Uint8Array.of(...head, ...tail);
        const reading = decodeMessage(all);
        if (reading.ok) assert.ok(all.length % 8 === 0, "options are whole units");
        else assert.notEqual(reading.why, "");
      }),
      { numRuns: 1000 },
    );
  });

  it("carry hardware addresses of any length, padded to whole units", () => {
    assert.equal(macOctets("02:zz"), undefined);
    const infiniband = Array.from({ length: 20 }, () => "a0").join(":");
    const reading = decodeMessage(encodeMessage({ kind: "solicitation", mac: infiniband }));
    assert.ok(reading.ok && reading.message.mac.startsWith(infiniband));
    assert.equal(encodeMessage({ kind: "solicitation", mac: infiniband }).length, 8 + 24);
  });
});
