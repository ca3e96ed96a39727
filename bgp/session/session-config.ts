import type { Family } from "../../net/family.ts";
import type { DialOptions } from "../wire.ts";

/** What our side says in its Graceful Restart capability (RFC 4724 3), asked anew for every OPEN. */
export interface LocalRestart {
  /** We have just restarted: the R bit. */
  readonly restarting: boolean;
  /** Families whose forwarding survived: their F bits. */
  readonly forwardingPreserved: readonly Family[];
}

/** Graceful restart as configured for one peer. */
export interface GracefulRestartConfig {
  /** How long the peer is to keep our routes while we are away; 0..4095 seconds. */
  readonly restartSeconds: number;
  /** How long we keep the peer's stale routes once it is back and has not sent End-of-RIB. */
  readonly stalePathSeconds: number;
}

/** What we are to a peer (RFC 9234 3.1). */
export type Role = "provider" | "rs" | "rs-client" | "customer" | "peer";

/** One peer as its session needs to know it. */
export interface SessionConfig {
  /** Name in facts and errors: the peer's address, with zone when it has one. */
  readonly name: string;
  /** Whom to call and how; also where calls of this peer come from. */
  readonly dial: DialOptions;
  /** We never call, only wait. */
  readonly passive: boolean;
  readonly localAsn: number;
  /** BGP Identifier, host integer, not 0. */
  readonly routerId: number;
  /** The AS the peer must name: a number, our own, or any other than our own. */
  readonly peerAsn: number | "internal" | "external";
  readonly families: readonly Family[];
  /** Hold time offered: 0 or 3..65535 seconds. */
  readonly holdTimeSeconds: number;
  /** A peer that offers less (and not 0) is refused with 2/6. */
  readonly minHoldTimeSeconds: number;
  readonly connectRetrySeconds: number;
  /** Seconds to let the peer speak first once connected; 0 does not wait. */
  readonly delayOpenSeconds: number;
  /** Longest time the peer may take no octet from us (RFC 9687); undefined: twice the hold time, 480 at least. */
  readonly sendHoldSeconds: number | undefined;
  /** Whether we offer messages up to 65535 octets (RFC 8654). */
  readonly extendedMessage: boolean;
  /** Whether we offer IPv4 routes by IPv6 next hops (RFC 8950). */
  readonly extendedNextHop: boolean;
  /** Our role, offered as a capability (RFC 9234); undefined offers none. */
  readonly role: Role | undefined;
  /** A peer that names no role is refused with 2/11. */
  readonly strictRole: boolean;
  /** Whether we offer several paths of a prefix, by family (RFC 7911). */
  readonly addPath: { readonly [F in Family]: { readonly send: boolean; readonly receive: boolean } };
  /** Undefined: no Graceful Restart capability at all. */
  readonly gracefulRestart: GracefulRestartConfig | undefined;
  /** Long-lived stale time we ask for in every family (RFC 9494); undefined: no such capability. Needs `gracefulRestart`. */
  readonly longLivedStaleSeconds: number | undefined;
}
