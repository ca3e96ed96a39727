import { addressFromBytes } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";

/** A TCP segment in an IP packet. */
export interface Segment {
  readonly time: number;
  /** `10.0.0.1:179`, `[2001:db8::1]:179`. */
  readonly from: string;
  readonly to: string;
  /** Of the first octet of data. */
  readonly sequence: number;
  readonly isStart: boolean;
  readonly isEnd: boolean;
  /** A view of what was captured of the data. */
  readonly data: Uint8Array;
  /** Octets of data that were on the wire; more than `data` where the capture cut them off. */
  readonly length: number;
}

const tcp = 6;
/** IPv6 extension headers that may stand before TCP: hop-by-hop, routing, destination options. */
const skipped = [0, 43, 60];

/** Where the payload of an IP packet lies when it is TCP and no fragment, with its length as the header says. */
function payload(ip: Uint8Array): { readonly start: number; readonly end: number } | undefined {
  const u16 = (at: number): number => ((ip[at] ?? 0) << 8) | (ip[at + 1] ?? 0);
  const version = (ip[0] ?? 0) >>> 4;
  if (version === 4) {
    const isFragment = (u16(6) & 0x3fff) !== 0;
    const start = (ip[0]! & 15) * 4;
    return ip[9] === tcp && !isFragment && start >= 20 ? { start, end: u16(2) || ip.length } : undefined;
  }
  if (version !== 6) return undefined;
  let next = ip[6] ?? 255;
  let start = 40;
  for (let headers = 0; headers < 8 && skipped.includes(next); headers++) {
    next = ip[start] ?? 255;
    start += 8 + (ip[start + 1] ?? 0) * 8;
  }
  return next === tcp ? { start, end: 40 + (u16(4) || ip.length - 40) } : undefined;
}

function endpoint(address: Uint8Array, port: number): string {
  const known = addressFromBytes(address);
  const text = known ? formatAddress(known) : "?";
  return known?.family === "ipv6" ? `[${text}]:${port}` : `${text}:${port}`;
}

/** The TCP segment in an IP packet, or undefined when it is none, or too little of it was captured. */
export function segmentOf(time: number, ip: Uint8Array): Segment | undefined {
  const place = payload(ip);
  if (!place || place.start + 20 > ip.length) return undefined;
  const { start, end } = place;
  const u16 = (at: number): number => (ip[at]! << 8) | ip[at + 1]!;
  const data = start + (ip[start + 12]! >>> 4) * 4;
  if (data < start + 20 || data > end) return undefined;
  const flags = ip[start + 13]!;
  const isIpv4 = ip[0]! >>> 4 === 4;
  const [source, target] = isIpv4
    ? [ip.subarray(12, 16), ip.subarray(16, 20)]
    : [ip.subarray(8, 24), ip.subarray(24, 40)];
  const isStart = (flags & 2) !== 0;
  const sequence = (u16(start + 4) * 65536 + u16(start + 6) + (isStart ? 1 : 0)) >>> 0;
  return {
    time,
    from: endpoint(source, u16(start)),
    to: endpoint(target, u16(start + 2)),
    sequence,
    isStart,
    isEnd: (flags & 5) !== 0,
    data: ip.subarray(Math.min(data, ip.length), Math.min(end, ip.length)),
    length: end - data,
  };
}
