import type { Address } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";

/** One direction of a connection, as conntrack tells them apart. Both addresses are of one family. */
export interface FlowTuple {
  readonly source: Address;
  readonly destination: Address;
  /** IP protocol number. */
  readonly protocol: number;
  /** Of TCP, UDP, UDP-Lite, SCTP and DCCP; 0 where the protocol has none. */
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Of ICMP and ICMPv6 only. */
  readonly icmp?: { readonly type: number; readonly code: number; readonly id: number };
}

/** An entry of the connection table. */
export interface Flow {
  /** What the first packet looked like before any translation: its source opened the connection. */
  readonly original: FlowTuple;
  /** What answers look like when they come in: its source is the destination after translation. */
  readonly reply: FlowTuple;
  /** Conntrack zone; 0 unless a rule chose one. */
  readonly zone: number;
  /** The kernel's number of this very entry: a later one with the same tuples has another. */
  readonly id: number;
  /** IPS_* bits (linux/netfilter/nf_conntrack_common.h): 2 is "answers were seen". */
  readonly status: number;
  readonly mark: number;
}

/** Answers were seen in both directions (IPS_SEEN_REPLY). */
export const IPS_SEEN_REPLY = 0x2;
/** The source was translated (IPS_SRC_NAT). */
export const IPS_SRC_NAT = 0x10;
/** The destination was translated (IPS_DST_NAT). */
export const IPS_DST_NAT = 0x20;

/** The four places of a flow in which an address can stand. */
export type FlowPlace = "original source" | "original destination" | "reply source" | "reply destination";

/** All four, in the order in which they are tried. */
export const flowPlaces: readonly FlowPlace[] = [
  "original source",
  "reply source",
  "original destination",
  "reply destination",
];

/** The address that stands at a place of a flow. */
export function addressAt(flow: Flow, place: FlowPlace): Address {
  const tuple = place.startsWith("original") ? flow.original : flow.reply;
  return place.endsWith("source") ? tuple.source : tuple.destination;
}

/** A tuple as facts and errors show it: `udp 10.0.0.1:53 > 10.0.0.2:4711`. */
export function formatTuple(tuple: FlowTuple): string {
  const end = (address: Address, port: number): string =>
    port === 0 ? formatAddress(address) : `${bracketed(address)}:${port}`;
  const protocol = protocolNames.get(tuple.protocol) ?? `protocol ${tuple.protocol}`;
  const icmp = tuple.icmp ? ` type ${tuple.icmp.type} id ${tuple.icmp.id}` : "";
  return `${protocol} ${end(tuple.source, tuple.sourcePort)} > ${end(tuple.destination, tuple.destinationPort)}${icmp}`;
}

const protocolNames: ReadonlyMap<number, string> = new Map([
  [1, "icmp"],
  [6, "tcp"],
  [17, "udp"],
  [33, "dccp"],
  [58, "icmpv6"],
  [132, "sctp"],
  [136, "udplite"],
]);

function bracketed(address: Address): string {
  return address.family === "ipv6" ? `[${formatAddress(address)}]` : formatAddress(address);
}
