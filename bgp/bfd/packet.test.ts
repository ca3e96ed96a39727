import assert from "node:assert/strict";
import { diagnosticText } from "./diagnostic.ts";
import { authTypeName, type BfdPacket, packetFaults, readBfdPacket, writeBfdPacket } from "./packet.ts";

const packet: BfdPacket = {
  diagnostic: 1,
  state: "Up",
  poll: true,
  final: false,
  controlPlaneIndependent: false,
  demand: false,
  multiplier: 3,
  myDiscriminator: 0xdeadbeef,
  yourDiscriminator: 7,
  minTxMs: 300,
  minRxMs: 0.001,
  minEchoRxMs: 0,
  authentication: undefined,
};

/** The octets of `packet` with one octet changed. */
function changed(at: number, octet: number): Uint8Array {
  const octets = writeBfdPacket(packet);
  octets[at] = octet;
  return octets;
}

describe("BFD Control packet (RFC 5880 4.1)", () => {
  it("is 24 octets, intervals in microseconds", () => {
    const octets = writeBfdPacket(packet);
    assert.equal(Buffer.from(octets).toString("hex"), "21e00318deadbeef00000007000493e00000000100000000");
    assert.deepEqual(readBfdPacket(octets), packet);
  });

  it("reads every flag", () => {
    const octets = changed(1, 0b01_011010);
    const read = readBfdPacket(octets) as BfdPacket;
    assert.deepEqual([read.state, read.poll, read.final], ["Down", false, true]);
    assert.deepEqual([read.controlPlaneIndependent, read.demand], [true, true]);
  });

  const wrong: readonly [keyof typeof packetFaults, Uint8Array][] = [
    ["short", writeBfdPacket(packet).subarray(0, 23)],
    ["version", changed(0, 0x01)],
    ["version", changed(0, 0x41)],
    ["lengthBelow", changed(3, 23)],
    ["lengthBeyond", changed(3, 25)],
    ["multiplier", changed(2, 0)],
    ["multipoint", changed(1, 0xe1)],
    ["myDiscriminator", writeBfdPacket({ ...packet, myDiscriminator: 0 })],
    ["yourDiscriminator", writeBfdPacket({ ...packet, yourDiscriminator: 0 })],
    ["yourDiscriminator", writeBfdPacket({ ...packet, yourDiscriminator: 0, state: "Init" })],
  ];
  for (const [fault, octets] of wrong) {
    it(`is refused because ${packetFaults[fault]} (${Buffer.from(octets.subarray(0, 4)).toString("hex")})`, () =>
      assert.equal(readBfdPacket(octets), fault));
  }

  it("asks in the order of 6.8.6: the first fault is the verdict", () => {
    const octets = new Uint8Array(24);
    const mend: readonly [keyof typeof packetFaults, number, number][] = [
      ["version", 0, 0x20],
      ["lengthBelow", 3, 25],
      ["lengthBeyond", 3, 24],
      ["multiplier", 2, 1],
      ["multipoint", 1, 0xc0],
      ["myDiscriminator", 7, 1],
      ["yourDiscriminator", 11, 1],
    ];
    octets[1] = 0xc1;
    for (const [fault, at, octet] of mend) {
      assert.equal(readBfdPacket(octets), fault);
      octets[at] = octet;
    }
    assert.equal(typeof readBfdPacket(octets), "object");
  });

  it("may be without our discriminator while Down or AdminDown", () => {
    for (const state of ["Down", "AdminDown"] as const) {
      const read = readBfdPacket(writeBfdPacket({ ...packet, state, yourDiscriminator: 0 })) as BfdPacket;
      assert.equal(read.state, state);
    }
  });

  it("names the authentication it carries, whose section is 26 octets at least", () => {
    const octets = new Uint8Array(48);
    octets.set(changed(1, 0xc4));
    assert.equal(readBfdPacket(octets), "lengthBelow");
    octets[3] = 48;
    octets.set([2, 24], 24);
    assert.equal((readBfdPacket(octets) as BfdPacket).authentication, 2);
    assert.deepEqual([authTypeName(2), authTypeName(77)], ["Keyed MD5", "type 77"]);
  });

  it("has diagnostics in the RFC's words, and a number for the others", () => {
    assert.equal(diagnosticText(1), "Control Detection Time Expired");
    assert.equal(diagnosticText(31), "diagnostic 31");
  });
});
