import { invariant } from "../../lib/error.ts";
import { Reader } from "../../lib/reader.ts";
import { Writer } from "../../lib/writer.ts";
import { icmpType, type RouterAdvertisement, type RouterDiscoveryMessage, type RouterSolicitation } from "./message.ts";
import { readOptions, writeSourceAddress } from "./options.ts";

/** A message, or why the octets are none. */
export type MessageReading =
  | { readonly ok: true; readonly message: RouterDiscoveryMessage }
  | { readonly ok: false; readonly why: string };

const solicitationLength = 8;
const advertisementLength = 16;
const managedFlag = 0x80;
const otherFlag = 0x40;

/**
 * The message in the octets of an ICMPv6 packet (RFC 4861 6.1.1, 6.1.2): type and code, length, and every option's length.
 * Reserved bits and unknown options are passed over.
 *
 *      type u8, code u8, checksum u16, then of a solicitation: reserved u32;
 *      of an advertisement: hop limit u8, flags u8 (M, O), router lifetime u16, reachable time u32, retrans timer u32
 */
export function decodeMessage(octets: Uint8Array): MessageReading {
  const type = octets[0];
  const isSolicitation = type === icmpType.routerSolicitation;
  if (!isSolicitation && type !== icmpType.routerAdvertisement) {
    return { ok: false, why: `ICMPv6 type ${type ?? "none"} is not of router discovery` };
  }
  const least = isSolicitation ? solicitationLength : advertisementLength;
  if (octets.length < least) return { ok: false, why: `${octets.length} octets: at least ${least} are needed` };
  if (octets[1] !== 0) return { ok: false, why: `code ${octets[1]} instead of 0` };
  const reader = new Reader(octets, 4, octets.length, () => new Error("bug: length was checked"));
  const fixed = isSolicitation ? solicitation(reader) : advertisement(reader);
  const options = readOptions(reader);
  return options.ok ? { ok: true, message: { ...fixed, mac: options.mac } } : options;
}

function solicitation(reader: Reader): RouterSolicitation {
  reader.skip(4);
  return { kind: "solicitation", mac: "" };
}

function advertisement(reader: Reader): RouterAdvertisement {
  const currentHopLimit = reader.u8();
  const flags = reader.u8();
  return {
    kind: "advertisement",
    currentHopLimit,
    isManaged: (flags & managedFlag) !== 0,
    hasOtherConfig: (flags & otherFlag) !== 0,
    routerLifetimeSeconds: reader.u16(),
    reachableMs: reader.u32(),
    retransMs: reader.u32(),
    mac: "",
  };
}

/** The octets of a message; the checksum is left 0 for the kernel to fill in (RFC 3542 3.1). */
export function encodeMessage(message: RouterDiscoveryMessage): Uint8Array {
  const w = new Writer(32);
  w.u8(message.kind === "solicitation" ? icmpType.routerSolicitation : icmpType.routerAdvertisement);
  w.u8(0).u16(0);
  if (message.kind === "solicitation") w.u32(0);
  else {
    const { routerLifetimeSeconds: lifetime, isManaged, hasOtherConfig } = message;
    invariant(lifetime >= 0 && lifetime <= 0xffff, `router lifetime ${lifetime}`);
    w.u8(message.currentHopLimit).u8((isManaged ? managedFlag : 0) | (hasOtherConfig ? otherFlag : 0));
    w.u16(lifetime).u32(message.reachableMs).u32(message.retransMs);
  }
  writeSourceAddress(w, message.mac);
  return w.take();
}
