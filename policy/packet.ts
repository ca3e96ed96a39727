import type { Address } from "../net/address.ts";

/** The first packet of a connection, as far as policy looks at it. Both addresses are of one family. */
export interface Packet {
  readonly source: Address;
  readonly destination: Address;
  /** IP protocol number, after extension headers. */
  readonly protocol: number;
  /** Of TCP, UDP, SCTP and UDP-Lite. */
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  /** Of ICMP and ICMPv6. */
  readonly icmpType?: number;
  readonly icmpCode?: number;
  /** Where it was sent to before this node translated its destination; absent when nothing was translated. */
  readonly preDnat?: { readonly destination: Address; readonly destinationPort?: number };
  /** The interface it came in by; absent when this node sends it itself. */
  readonly inInterface?: string;
  /** The interface it leaves by; absent when it is for this node itself. */
  readonly outInterface?: string;
}
