import type { Cancel } from "../../lib/clock.ts";
import type { Address } from "../../net/address.ts";

/** How closely a way is watched (RFC 5880 6.8.1); every field has a default. What is below 10 ms or above 60 s is brought there. */
export interface BfdTerms {
  /** Least time between packets we send and want to get, in milliseconds; 300 when absent. */
  readonly minTxMs?: number;
  readonly minRxMs?: number;
  /** Packets that may be missing; 3 when absent. */
  readonly multiplier?: number;
  /** The peer is more than one hop away (RFC 5883); false when absent. */
  readonly multihop?: boolean;
}

/** One way to watch: both ends of it. */
export interface BfdWay {
  readonly remote: Address;
  /** Interface of a link-local address, else empty. */
  readonly zone: string;
  readonly local?: Address;
  readonly terms: BfdTerms;
}

/**
 * The session state of RFC 5880 6.2, as its users need it; `reason` in words (`Control Detection Time Expired`). AdminDown:
 * one of the ends has switched BFD off, or nobody watches just now; that says nothing about the path (RFC 5882 4.2).
 */
export interface BfdState {
  readonly state: "AdminDown" | "Down" | "Init" | "Up";
  readonly reason: string;
}

/**
 * Who watches ways by BFD, beside the loop that runs BGP. A way is watched as long as one watcher is left. BFD that never
 * was Up says nothing about BGP; a fall from Up, other than to or by AdminDown, ends the session (RFC 5882 4.2).
 */
export interface Bfd {
  watch(way: BfdWay, hear: (state: BfdState) => void): Cancel;
}
