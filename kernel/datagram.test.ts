import assert from "node:assert/strict";
import fc from "fast-check";
import { type Address, addressBytes } from "../net/address.ts";
import { formatAddress, parseAddress } from "../net/address-text.ts";
import { datagramSlot, readDatagram } from "./datagram.ts";
import { encodeSockaddr } from "./tcp-options.ts";

/** A control message: level, type, data as 32-bit host integers or octets. */
interface Control {
  readonly level: number;
  readonly type: number;
  readonly data: Uint8Array;
}

const host = (...words: number[]): Uint8Array => new Uint8Array(Uint32Array.from(words).buffer);

/** A slot as `native/datagram.c` fills it, on a little-endian machine. */
function slot(from: Address, controls: readonly Control[], payload: Uint8Array, length = payload.length): Uint8Array {
  const octets = new Uint8Array(datagramSlot);
  const view = new DataView(octets.buffer);
  const name = encodeSockaddr(from, 49152);
  let at = 48;
  for (const { level, type, data } of controls) {
    view.setUint32(at, 16 + data.length, true);
    view.setUint32(at + 8, level, true);
    view.setUint32(at + 12, type, true);
    octets.set(data, at + 16);
    at += (16 + data.length + 7) & ~7;
  }
  view.setUint32(0, name.length, true);
  view.setUint32(4, at - 48, true);
  view.setUint32(8, length, true);
  octets.set(name, 16);
  octets.set(payload.subarray(0, 80), 176);
  return octets;
}

const v4 = parseAddress("10.0.0.2")!;
const own = parseAddress("10.0.0.1")!;
const v6 = parseAddress("fe80::2")!;
const own6 = parseAddress("fe80::1")!;

describe("a datagram in its slot (little-endian machines)", () => {
  it("has sender, own address, link and TTL in IPv4", () => {
    const info = { level: 0, type: 8, data: Uint8Array.of(...host(7, 0), ...addressBytes(own)) };
    const read = readDatagram(slot(v4, [{ level: 0, type: 2, data: host(255) }, info], Uint8Array.of(1, 2, 3)))!;
    assert.deepEqual(read.remote, { address: v4, port: 49152 });
    assert.deepEqual([formatAddress(read.local!), read.ifindex, read.ttl], ["10.0.0.1", 7, 255]);
    assert.deepEqual([...read.octets], [1, 2, 3]);
  });

  it("has them in IPv6", () => {
    const info = { level: 41, type: 50, data: Uint8Array.of(...addressBytes(own6), ...host(3)) };
    const read = readDatagram(slot(v6, [info, { level: 41, type: 52, data: host(64) }], new Uint8Array(24)))!;
    assert.deepEqual([formatAddress(read.local!), read.ifindex, read.ttl], ["fe80::1", 3, 64]);
  });

  it("leaves open what the kernel did not say, and cuts what is too long", () => {
    const read = readDatagram(slot(v4, [{ level: 1, type: 1, data: host(9) }], new Uint8Array(80), 1400))!;
    assert.deepEqual([read.local, read.ifindex, read.ttl, read.octets.length], [undefined, 0, -1, 80]);
  });

  it("is none without an IP address", () => assert.equal(readDatagram(new Uint8Array(datagramSlot)), undefined));

  it("never makes the reader throw or read beyond the slot, whatever it holds", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: datagramSlot, maxLength: datagramSlot }), fc.boolean(), (octets, isIp) => {
        if (isIp) octets.set([2, 0], 16);
        const read = readDatagram(octets);
        if (isIp) assert.ok(read && read.octets.length <= 80);
      }),
      { numRuns: 500 },
    );
  });
});
