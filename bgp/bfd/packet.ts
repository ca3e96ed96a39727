import { Writer } from "../../lib/writer.ts";
import type { Diagnostic } from "./diagnostic.ts";

/** State of a session (RFC 5880 4.1, Sta), by its number on the wire. */
export const sessionStates = ["AdminDown", "Down", "Init", "Up"] as const;

/** One of the four states. */
export type SessionState = (typeof sessionStates)[number];

/** A BFD Control packet. Intervals are milliseconds here and microseconds on the wire. */
export interface BfdPacket {
  readonly diagnostic: Diagnostic;
  readonly state: SessionState;
  readonly poll: boolean;
  readonly final: boolean;
  /** The sender's BFD goes on when its control plane does not. */
  readonly controlPlaneIndependent: boolean;
  /** The sender wants to hear nothing while both are Up. */
  readonly demand: boolean;
  readonly multiplier: number;
  /** uint32, not 0. */
  readonly myDiscriminator: number;
  /** uint32; 0 as long as the sender has not heard of ours. */
  readonly yourDiscriminator: number;
  readonly minTxMs: number;
  /** 0: the sender wants no periodic packets. */
  readonly minRxMs: number;
  /** 0: the sender loops no echoes back. */
  readonly minEchoRxMs: number;
  /** Auth Type of the authentication section; undefined without one. */
  readonly authentication: number | undefined;
}

/** Octets of a packet without authentication section. */
export const packetOctets = 24;

/** Why octets are no packet, in the order in which RFC 5880 6.8.6 asks. */
export const packetFaults = {
  short: "shorter than the 24 octets of a packet",
  version: "its version is not 1",
  lengthBelow: "its Length is less than 24, or 26 with authentication",
  lengthBeyond: "its Length is more than what arrived",
  multiplier: "its Detect Mult is 0",
  multipoint: "its Multipoint bit is set",
  myDiscriminator: "its My Discriminator is 0",
  yourDiscriminator: "its Your Discriminator is 0 in state Init or Up",
} as const;

/** One of those reasons. */
export type PacketFault = keyof typeof packetFaults;

/**
 * The packet that octets spell, or why they spell none (RFC 5880 6.8.6). Never throws. Octets after Length are passed over.
 *
 *      |Vers |  Diag   |Sta|P|F|C|A|D|M|  Detect Mult  |    Length     |
 *      |                       My Discriminator                        |
 *      |                      Your Discriminator                       |
 *      |                    Desired Min TX Interval                    |
 *      |                   Required Min RX Interval                    |
 *      |                 Required Min Echo RX Interval                 |
 *      |   Auth Type   |   Auth Len    |    Authentication Data...     |
 */
export function readBfdPacket(octets: Uint8Array): BfdPacket | PacketFault {
  if (octets.length < packetOctets) return "short";
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  const [first, flags, multiplier, length] = [octets[0]!, octets[1]!, octets[2]!, octets[3]!];
  const isAuthenticated = (flags & 0x04) !== 0;
  const state = sessionStates[flags >>> 6]!;
  const yourDiscriminator = view.getUint32(8);
  if (first >>> 5 !== 1) return "version";
  if (length < packetOctets + (isAuthenticated ? 2 : 0)) return "lengthBelow";
  if (length > octets.length) return "lengthBeyond";
  if (multiplier === 0) return "multiplier";
  if ((flags & 0x01) !== 0) return "multipoint";
  if (view.getUint32(4) === 0) return "myDiscriminator";
  if (yourDiscriminator === 0 && (state === "Init" || state === "Up")) return "yourDiscriminator";
  return {
    diagnostic: first & 0x1f,
    state,
    poll: (flags & 0x20) !== 0,
    final: (flags & 0x10) !== 0,
    controlPlaneIndependent: (flags & 0x08) !== 0,
    demand: (flags & 0x02) !== 0,
    multiplier,
    myDiscriminator: view.getUint32(4),
    yourDiscriminator,
    minTxMs: view.getUint32(12) / 1000,
    minRxMs: view.getUint32(16) / 1000,
    minEchoRxMs: view.getUint32(20) / 1000,
    authentication: isAuthenticated ? octets[packetOctets] : undefined,
  };
}

/** The 24 octets of a packet, fresh. Authentication is not written: nobody here uses it. */
export function writeBfdPacket(packet: BfdPacket): Uint8Array {
  const flag = (isSet: boolean, bit: number): number => (isSet ? bit : 0);
  const micros = (ms: number): number => Math.round(ms * 1000);
  return new Writer(packetOctets)
    .u8((1 << 5) | packet.diagnostic)
    .u8(
      (sessionStates.indexOf(packet.state) << 6) |
        flag(packet.poll, 0x20) |
        flag(packet.final, 0x10) |
        flag(packet.controlPlaneIndependent, 0x08) |
        flag(packet.demand, 0x02),
    )
    .u8(packet.multiplier)
    .u8(packetOctets)
    .u32(packet.myDiscriminator)
    .u32(packet.yourDiscriminator)
    .u32(micros(packet.minTxMs))
    .u32(micros(packet.minRxMs))
    .u32(micros(packet.minEchoRxMs))
    .take();
}

const authTypes = [
  "Reserved",
  "Simple Password",
  "Keyed MD5",
  "Meticulous Keyed MD5",
  "Keyed SHA1",
  "Meticulous Keyed SHA1",
];

/** The name of an Auth Type (RFC 5880 4.1), or its number. */
export function authTypeName(type: number): string {
  return authTypes[type] ?? `type ${type}`;
}
