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

/** A TCP MD5 key for every peer of a range; an empty key takes one back. */
export interface PeerKey {
  readonly range: Prefix;
  readonly md5: string;
}

/** Where to wait. */
export interface TcpListen extends TcpOptions {
  readonly address: Address;
  /** 0: the kernel chooses. */
  readonly port: number;
  readonly keys?: readonly PeerKey[];
  /** Path of the network namespace to wait in; absent: our own. */
  readonly netns?: string;
}
