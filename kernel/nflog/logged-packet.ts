import type { Address } from "../../net/address.ts";

/** Where in the kernel a packet was logged: the five netfilter hooks, in the numbers' order. */
export const hooks = ["prerouting", "input", "forward", "output", "postrouting"] as const;

/** One of them. */
export type Hook = (typeof hooks)[number];

/** What was read of a packet's headers. What the copied octets do not reach is absent. */
export interface PacketHeaders {
  /** Both of one family. */
  readonly source: Address;
  readonly destination: Address;
  /** IP protocol number, after extension headers. */
  readonly protocol: number;
  /** Of TCP, UDP, SCTP, DCCP and UDP-Lite. Absent in fragments behind the first. */
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  /** Of ICMP and ICMPv6. */
  readonly icmpType?: number;
  readonly icmpCode?: number;
  /** What the IP header says, octets, header included (of IPv6: 40 more than its payload length). */
  readonly length: number;
}

/** A packet that a rule logged. */
export interface LoggedPacket {
  /** The rule's own words (`log prefix "…"`), as it wrote them. */
  readonly prefix: string;
  readonly hook: Hook | undefined;
  /** ifindex of the interface it came in by; 0: none. */
  readonly inInterface: number;
  /** ifindex of the interface it is to leave by; 0: none, or not known yet. */
  readonly outInterface: number;
  readonly mark: number;
  /** Its first octets, from the IP header on; a copy, at most the copy range. */
  readonly octets: Uint8Array;
  /** Headers, when they parse. */
  readonly headers: PacketHeaders | undefined;
  /** Milliseconds since 1970 at which it arrived; undefined when the kernel had taken no note. */
  readonly timestamp: number | undefined;
}
