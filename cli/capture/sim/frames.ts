import { Writer } from "../../../lib/writer.ts";

/** One segment of a connection that is made up: who speaks (0 calls), where in its stream, and what. */
export interface SimSegment {
  readonly side: 0 | 1;
  readonly sequence: number;
  readonly data: Uint8Array;
  /** Bits of TCP's flags; ACK when absent. */
  readonly flags?: number;
}

const ports = [33000, 179];

function addresses(isIpv6: boolean, side: 0 | 1): readonly [Uint8Array, Uint8Array] {
  const of = (last: number): Uint8Array => {
    const octets = new Uint8Array(isIpv6 ? 16 : 4).fill(0);
    octets.set(isIpv6 ? [0x20, 0x01, 0x0d, 0xb8] : [10, 0, 0]);
    octets[octets.length - 1] = last;
    return octets;
  };
  return side === 0 ? [of(1), of(2)] : [of(2), of(1)];
}

/** The IP packet that carries a segment; checksums are 0. */
export function ipPacket(segment: SimSegment, isIpv6 = false): Uint8Array {
  const { side, sequence, data, flags = 0x10 } = segment;
  const [source, target] = addresses(isIpv6, side);
  const writer = new Writer(256);
  const length = 20 + data.length;
  if (isIpv6) writer.u32(0x60000000).u16(length).u8(6).u8(64);
  else
    writer
      .u16(0x4500)
      .u16(20 + length)
      .u32(0)
      .u8(64)
      .u8(6)
      .u16(0);
  writer.bytes(source).bytes(target);
  writer
    .u16(ports[side]!)
    .u16(ports[1 - side]!)
    .u32(sequence >>> 0)
    .u32(0)
    .u8(0x50)
    .u8(flags)
    .u16(0xffff)
    .u32(0);
  return writer.bytes(data).take();
}

/** A frame of a link type around an IP packet: 1 Ethernet (with a VLAN tag), 113 and 276 Linux cooked, 101 raw. */
export function frame(link: number, packet: Uint8Array): Uint8Array {
  const type = packet[0]! >>> 4 === 6 ? 0x86dd : 0x0800;
  const writer = new Writer(64 + packet.length);
  if (link === 1) writer.u32(0).u32(0).u32(0).u16(0x8100).u16(7).u16(type);
  if (link === 113) writer.u32(0).u32(0).u32(0).u16(0).u16(type);
  if (link === 276) writer.u16(type).u16(0).u32(2).u32(0).u32(0).u32(0);
  return writer.bytes(packet).take();
}

/** A pcap file of frames, each a second after the one before. */
export function pcap(link: number, frames: readonly Uint8Array[], isLittle = false): Uint8Array {
  const size = frames.reduce((sum, one) => sum + 16 + one.length, 24);
  const file = new Uint8Array(size);
  const view = new DataView(file.buffer);
  view.setUint32(0, 0xa1b2c3d4, isLittle);
  view.setUint32(16, 65535, isLittle);
  view.setUint32(20, link, isLittle);
  let at = 24;
  frames.forEach((one, i) => {
    const head = [1_790_000_000 + i, 5, one.length, one.length];
    for (const [n, word] of head.entries()) view.setUint32(at + n * 4, word, isLittle);
    file.set(one, at + 16);
    at += 16 + one.length;
  });
  return file;
}

function block(type: number, body: Uint8Array): Uint8Array {
  const padded = Math.ceil(body.length / 4) * 4;
  const octets = new Uint8Array(12 + padded);
  const view = new DataView(octets.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, octets.length, true);
  octets.set(body, 8);
  view.setUint32(8 + padded, octets.length, true);
  return octets;
}

/** A pcapng file of frames with one interface whose clock counts nanoseconds. */
export function pcapng(link: number, frames: readonly Uint8Array[]): Uint8Array {
  const section = block(
    0x0a0d0d0a,
    Uint8Array.of(0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, ...new Array<number>(8).fill(255)),
  );
  const face = block(1, Uint8Array.of(link & 255, link >> 8, 0, 0, 0, 0, 1, 0, 9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0));
  const packets = frames.map((one, i) => {
    const body = new Uint8Array(20 + one.length);
    const view = new DataView(body.buffer);
    const ticks = BigInt(1_790_000_000 + i) * 1_000_000_000n + 5000n;
    view.setUint32(4, Number(ticks >> 32n), true);
    view.setUint32(8, Number(ticks & 0xffffffffn), true);
    view.setUint32(12, one.length, true);
    view.setUint32(16, one.length, true);
    body.set(one, 20);
    return block(6, body);
  });
  return Uint8Array.from([section, face, ...packets].flatMap((one) => [...one]));
}
