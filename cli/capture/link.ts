/** An IP packet in a captured frame, cut to what was captured. */
export interface Packet {
  /** Seconds since 1970. */
  readonly time: number;
  readonly octets: Uint8Array;
}

const ethernet = 1;
const rawIp = [101, 12, 14, 228, 229];
const linuxCooked = 113;
const linuxCooked2 = 276;
const loopback = 0;
const ipTypes = [0x0800, 0x86dd];
const vlanTypes = [0x8100, 0x88a8];

/** Where the IP packet of a frame begins, by the capture's link type (tcpdump.org/linktypes.html); -1: it has none. */
export function ipOffset(linkType: number, frame: Uint8Array): number {
  const u16 = (at: number): number => ((frame[at] ?? 0) << 8) | (frame[at + 1] ?? 0);
  if (rawIp.includes(linkType)) return 0;
  if (linkType === loopback) return 4;
  if (linkType === linuxCooked) return ipTypes.includes(u16(14)) ? 16 : -1;
  if (linkType === linuxCooked2) return ipTypes.includes(u16(0)) ? 20 : -1;
  if (linkType !== ethernet) return -1;
  let at = 12;
  for (let tags = 0; tags < 2 && vlanTypes.includes(u16(at)); tags++) at += 4;
  return ipTypes.includes(u16(at)) ? at + 2 : -1;
}

/** Whether frames of a link type can be read. */
export function isKnownLink(linkType: number): boolean {
  return [ethernet, linuxCooked, linuxCooked2, loopback, ...rawIp].includes(linkType);
}
