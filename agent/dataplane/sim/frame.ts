import { Writer } from "../../../lib/writer.ts";
import { type Address, addressBytes } from "../../../net/address.ts";
import type { Packet } from "../../../policy/packet.ts";

const TCP = 6;
const UDP = 17;
const SCTP = 132;

/** A packet as octets on an Ethernet wire, checksums right, the first of its connection: a SYN, an INIT, an echo request. */
export function frameOf(packet: Packet, sourceMac: Uint8Array, destinationMac: Uint8Array): Uint8Array {
  const body = transport(packet);
  const w = new Writer(128).bytes(destinationMac).bytes(sourceMac);
  const source = addressBytes(packet.source);
  const destination = addressBytes(packet.destination);
  if (packet.source.family === "ipv6") {
    w.u16(0x86dd).u32(0x60000000).u16(body.length).u8(packet.protocol).u8(64).bytes(source).bytes(destination);
    return w.bytes(body).take();
  }
  const header = new Writer(20)
    .u16(0x4500)
    .u16(20 + body.length)
    .u32(0)
    .u8(64)
    .u8(packet.protocol)
    .u16(0);
  const octets = header.bytes(source).bytes(destination).take();
  put16(octets, 10, checksum([octets]));
  return w.u16(0x0800).bytes(octets).bytes(body).take();
}

function transport(packet: Packet): Uint8Array {
  const { protocol, sourcePort = 0, destinationPort = 0 } = packet;
  const w = new Writer(64);
  switch (protocol) {
    case TCP:
      w.u16(sourcePort).u16(destinationPort).u32(1).u32(0).u16(0x5002).u16(1024).u32(0);
      return summed(w.take(), 16, packet);
    case UDP:
      w.u16(sourcePort).u16(destinationPort).u16(12).u16(0).u32(0);
      return summed(w.take(), 6, packet);
    case SCTP: {
      // An INIT chunk: tag 1, window, one stream each way, first TSN 1 (RFC 9260 3.3.2).
      w.u16(sourcePort).u16(destinationPort).u32(0).u32(0).u32(0x01000014).u32(1).u32(4096).u32(0x00010001).u32(1);
      const octets = w.take();
      new DataView(octets.buffer).setUint32(8, crc32c(octets), true);
      return octets;
    }
    case 1:
    case 58: {
      const octets = w
        .u8(packet.icmpType ?? 0)
        .u8(packet.icmpCode ?? 0)
        .u16(0)
        .u32(0x00070001)
        .u32(0)
        .u32(0)
        .u32(0)
        .take();
      if (protocol === 58) return summed(octets, 2, packet);
      put16(octets, 2, checksum([octets]));
      return octets;
    }
    default:
      return w.u32(0).u32(0).take();
  }
}

/** Puts the checksum over pseudo header and octets at `at` (RFC 9293 3.1, RFC 8200 8.1). */
function summed(octets: Uint8Array, at: number, { source, destination, protocol }: Packet): Uint8Array {
  const pseudo = new Writer(40).bytes(octetsOf(source)).bytes(octetsOf(destination)).u32(octets.length).u32(protocol);
  put16(octets, at, checksum([pseudo.take(), octets]) || 0xffff);
  return octets;
}

function octetsOf(address: Address): Uint8Array {
  return addressBytes(address);
}

/** The Internet checksum (RFC 1071) of parts of even length. */
function checksum(parts: readonly Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) for (let i = 0; i < part.length; i += 2) sum += (part[i]! << 8) | part[i + 1]!;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function put16(octets: Uint8Array, at: number, value: number): void {
  octets[at] = value >>> 8;
  octets[at + 1] = value & 255;
}

/** CRC-32C, bit by bit (RFC 9260 appendix A). */
function crc32c(octets: Uint8Array): number {
  let crc = 0xffffffff;
  for (const octet of octets) {
    crc ^= octet;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}
