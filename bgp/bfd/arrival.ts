import type { Address } from "../../net/address.ts";

/** A datagram that came to a port of BFD. */
export interface BfdArrival {
  readonly remote: Address;
  readonly local: Address | undefined;
  /** Name of the interface it came in by, or empty when that is not known. */
  readonly zone: string;
  /** TTL or hop limit; -1 when it is not known. */
  readonly ttl: number;
  /** It came to the port of multihop sessions. */
  readonly multihop: boolean;
  readonly octets: Uint8Array;
}

/** UDP port of sessions over one hop (RFC 5881 4). */
export const singleHopPort = 3784;
/** UDP port of sessions over several hops (RFC 5883 5). */
export const multihopPort = 4784;
/** Ports that packets come from (RFC 5881 4). */
export const sourcePorts = { first: 49152, last: 65535 } as const;
/** What every packet is sent with, and what one over a single hop must arrive with (RFC 5881 5, RFC 5082). */
export const requiredTtl = 255;
