import assert from "node:assert/strict";
import * as fc from "fast-check";
import { formatAddress } from "../../net/address-text.ts";
import { families } from "../../net/family.ts";
import { readHeaders } from "./headers.ts";
import { udpToItself } from "./sim/sample-packet.ts";

/** An IPv6 UDP packet with these extension headers in front of the UDP header, the first named by `first`. */
function extended(first: number, extensions: readonly (readonly number[])[]): Uint8Array {
  const plain = udpToItself("ipv6", "");
  const octets = Uint8Array.from([...plain.subarray(0, 40), ...extensions.flat(), ...plain.subarray(40)]);
  octets[6] = first;
  return octets;
}

describe("headers of a logged packet", () => {
  it("are read of both families", () => {
    for (const family of families) {
      const octets = udpToItself(family, "abc");
      const { source, destination, ...rest } = readHeaders(octets)!;
      assert.equal(formatAddress(source), formatAddress(destination));
      assert.deepEqual(rest, { protocol: 17, sourcePort: 40_000, destinationPort: 7777, length: octets.length });
    }
  });

  it("skip options of IPv4", () => {
    const plain = udpToItself("ipv4", "");
    const octets = Uint8Array.from([...plain.subarray(0, 20), 1, 1, 1, 0, ...plain.subarray(20)]);
    octets[0] = 0x46;
    assert.equal(readHeaders(octets)!.destinationPort, 7777);
  });

  it("skip extension headers of IPv6: hop by hop, authentication, destination options", () => {
    const octets = extended(0, [
      [51, 0, 1, 4, 0, 0, 0, 0],
      [60, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      [17, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ]);
    assert.equal(readHeaders(octets)!.protocol, 17);
    assert.equal(readHeaders(octets)!.destinationPort, 7777);
  });

  it("have no ports in fragments behind the first", () => {
    const v4 = udpToItself("ipv4", "");
    v4[7] = 1;
    assert.deepEqual([readHeaders(v4)!.protocol, readHeaders(v4)!.destinationPort], [17, undefined]);
    const first = extended(44, [[17, 0, 0, 1, 0, 0, 0, 9]]);
    assert.equal(readHeaders(first)!.destinationPort, 7777);
    const later = extended(44, [[17, 0, 0, 9, 0, 0, 0, 9]]);
    assert.deepEqual([readHeaders(later)!.protocol, readHeaders(later)!.destinationPort], [17, undefined]);
  });

  it("tell type and code of ICMP of both families", () => {
    for (const [family, protocol, at] of [
      ["ipv4", 1, 9],
      ["ipv6", 58, 6],
    ] as const) {
      const octets = udpToItself(family, "");
      octets[at] = protocol;
      octets.set([3, 13], family === "ipv4" ? 20 : 40);
      const { icmpType, icmpCode, destinationPort } = readHeaders(octets)!;
      assert.deepEqual([icmpType, icmpCode, destinationPort], [3, 13, undefined]);
    }
  });

  it("are absent of what is no IP, and read as far as the octets reach of what is cut", () => {
    assert.equal(readHeaders(new Uint8Array(0)), undefined);
    assert.equal(readHeaders(Uint8Array.of(0x41, ...new Uint8Array(30))), undefined);
    assert.equal(readHeaders(new Uint8Array(64).fill(0x55)), undefined);
    const v4 = udpToItself("ipv4", "abc");
    assert.equal(readHeaders(v4.subarray(0, 19)), undefined);
    assert.equal(readHeaders(v4.subarray(0, 22))!.destinationPort, undefined);
    assert.equal(readHeaders(v4.subarray(0, 24))!.destinationPort, 7777);
  });

  it("of any octets: an answer, never an error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 128 }), fc.constantFrom(0x40, 0x60), (octets, version) => {
        if (octets.length > 0) octets[0] = (octets[0]! & 15) | version;
        const headers = readHeaders(octets);
        return headers === undefined || headers.source.family === headers.destination.family;
      }),
    );
  });
});
