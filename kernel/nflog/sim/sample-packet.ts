import { addressBytes } from "../../../net/address.ts";
import { parseAddress } from "../../../net/address-text.ts";
import type { Family } from "../../../net/family.ts";

/** A UDP packet from the loopback address of a family, port 40000, to itself, port 7777; no checksums. */
export function udpToItself(family: Family, payload: string): Uint8Array {
  const data = new TextEncoder().encode(payload);
  const own = addressBytes(parseAddress(family === "ipv4" ? "127.0.0.1" : "::1")!);
  const ip = family === "ipv4" ? 20 : 40;
  const octets = new Uint8Array(ip + 8 + data.length);
  const view = new DataView(octets.buffer);
  if (family === "ipv4") {
    octets.set([0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17]);
    view.setUint16(2, octets.length);
    octets.set([...own, ...own], 12);
  } else {
    octets.set([0x60, 0, 0, 0, 0, 0, 17, 64]);
    view.setUint16(4, octets.length - 40);
    octets.set([...own, ...own], 8);
  }
  view.setUint16(ip, 40_000);
  view.setUint16(ip + 2, 7777);
  view.setUint16(ip + 4, 8 + data.length);
  octets.set(data, ip + 8);
  return octets;
}
