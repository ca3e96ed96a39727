import type { Address } from "../net/address.ts";
import type { Prefix } from "../net/prefix.ts";

/** What a TCP socket of ours is asked for beyond TCP; whatever the kernel refuses fails the call, nothing is left out. */
export interface TcpOptions {
  /** TTL or hop limit of what we send, 1..255. */
  readonly ttl?: number;
  /** Packets with a lower TTL or hop limit are dropped by the kernel (RFC 5082), 1..255. */
  readonly minTtl?: number;
  /** Name of the interface or VRF device the socket is bound to. */
  readonly device?: string;
  /** Traffic class octet (DSCP and ECN), 0..255. BGP uses 0xc0, as other speakers do. */
  readonly trafficClass?: number;
}

/** Whom to call. */
export interface TcpDial extends TcpOptions {
  readonly remote: { readonly address: Address; readonly port: number; readonly ifindex?: number };
  /** Address to call from, and with it a port when one is wanted. */
  readonly local?: { readonly address: Address; readonly port?: number };
  /** TCP MD5 key (RFC 2385), 1..80 octets. Never logged. */
  readonly md5?: string;
  /** Path of the network namespace to call from; absent: our own. */
  readonly netns?: string;
}

/** What the callers of a range are held to. */
export interface TcpPeer {
  readonly range: Prefix;
  /** Their TCP MD5 key, 1..80 octets: without it their SYN is dropped. Never logged. */
  readonly md5?: string;
  /** TTL of what we send them, once the connection stands. */
  readonly ttl?: number;
  /** As in `TcpOptions`, once the connection stands. */
  readonly minTtl?: number;
}

/** Where to wait. */
export interface TcpListen extends TcpOptions {
  /** `::` waits for IPv6 only. */
  readonly address: Address;
  /** 0: the kernel chooses. */
  readonly port: number;
  readonly peers?: readonly TcpPeer[];
  /** Path of the network namespace to wait in; absent: our own. */
  readonly netns?: string;
}
