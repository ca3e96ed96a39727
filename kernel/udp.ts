import type { Address } from "../net/address.ts";

/** Where a UDP socket is and what it is asked for; whatever the kernel refuses fails the call. */
export interface UdpOpen {
  /** `::` takes IPv6 only. */
  readonly address: Address;
  /** Link of a link-local address. */
  readonly ifindex?: number;
  /** 0: the kernel chooses. */
  readonly port: number;
  /** TTL or hop limit of what is sent, 1..255. */
  readonly ttl: number;
  /** Traffic class octet (DSCP and ECN), 0..255. */
  readonly trafficClass?: number;
  /** Path of the network namespace; absent: our own. */
  readonly netns?: string;
}

/** A datagram with what the kernel knows of its way here. */
export interface Datagram {
  readonly remote: { readonly address: Address; readonly port: number };
  /** The address it was sent to; undefined when the kernel did not say. */
  readonly local: Address | undefined;
  /** The link it came in by; 0 when the kernel did not say. */
  readonly ifindex: number;
  /** TTL or hop limit it arrived with; -1 when the kernel did not say. */
  readonly ttl: number;
  /** Of a UDP socket at most 80: what is longer was cut. Valid until the next datagrams are read. */
  readonly octets: Uint8Array;
}
