import assert from "node:assert/strict";
import fc from "fast-check";
import { type BfdPacket, packetFaults, readBfdPacket, sessionStates, writeBfdPacket } from "./packet.ts";

const interval = fc.integer({ min: 0, max: 0xffffffff }).map((micros) => micros / 1000);
const discriminator = fc.integer({ min: 1, max: 0xffffffff });

/** Every packet that may be written. */
const packets: fc.Arbitrary<BfdPacket> = fc.record({
  diagnostic: fc.integer({ min: 0, max: 31 }),
  state: fc.constantFrom(...sessionStates),
  poll: fc.boolean(),
  final: fc.boolean(),
  controlPlaneIndependent: fc.boolean(),
  demand: fc.boolean(),
  multiplier: fc.integer({ min: 1, max: 255 }),
  myDiscriminator: discriminator,
  yourDiscriminator: discriminator,
  minTxMs: interval,
  minRxMs: interval,
  minEchoRxMs: interval,
  authentication: fc.constant(undefined),
});

describe("BFD Control packets, any", () => {
  it("are read as they were written", () => {
    fc.assert(fc.property(packets, (packet) => assert.deepEqual(readBfdPacket(writeBfdPacket(packet)), { ...packet })));
  });

  it("any octets are a packet or a fault with words, never an exception", () => {
    const plausible = fc.tuple(packets, fc.nat(23), fc.nat(255), fc.nat(60)).map(([packet, at, octet, extra]) => {
      const octets = new Uint8Array(24 + extra);
      octets.set(writeBfdPacket(packet));
      octets[at] = octet;
      return octets;
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), plausible), (octets) => {
        const read = readBfdPacket(octets);
        if (typeof read === "string") assert.ok(packetFaults[read].length > 0);
        else {
          assert.ok(read.multiplier > 0 && read.myDiscriminator > 0);
          const authenticated = read.authentication !== undefined;
          if (!authenticated && octets.length === 24) assert.deepEqual(writeBfdPacket(read), octets);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
