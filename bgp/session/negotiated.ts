import type { Family } from "../../net/family.ts";
import type { HostName } from "../capability/capabilities.ts";
import type { Role } from "./session-config.ts";

/** Whether path identifiers (RFC 7911) stand before the prefixes of one family, by direction. */
export interface AddPathTerms {
  /** We may send several paths of a prefix, each with its identifier. */
  readonly send: boolean;
  /** The peer does, so its NLRI is to be read that way. */
  readonly receive: boolean;
}

/** What the peer's Graceful Restart capability said (RFC 4724 3); present only when we sent ours too. */
export interface GracefulRestartTerms {
  /** The peer has just restarted and waits for our End-of-RIB (the R bit). */
  readonly peerRestarting: boolean;
  /** How long the peer asks us to keep its routes while it is away; 0..4095 seconds. */
  readonly peerRestartSeconds: number;
  /** Families for which the peer may restart gracefully, whatever their F bit. */
  readonly families: readonly Family[];
  /** Of those, the families whose forwarding the peer says it kept (the F bit). */
  readonly forwardingPreserved: readonly Family[];
  /** Both sides set the N bit: a NOTIFICATION retains routes too, unless it is a hard reset (RFC 8538). */
  readonly notification: boolean;
}

/** What the peer's Long-Lived Graceful Restart capability said (RFC 9494 3); present only when we sent ours too. */
export interface LongLivedTerms {
  /** Of the families in both: how long the peer asks us to keep its routes once its restart time is over, in seconds. */
  readonly families: readonly { readonly family: Family; readonly staleSeconds: number; readonly preserved: boolean }[];
}

/** What the peer's OPEN says of itself for people only; nothing depends on it. */
export interface PeerClaims {
  readonly hostName: HostName | undefined;
  readonly software: string | undefined;
  /** Codes of capabilities that this speaker does not know, lowest first, each once. */
  readonly unknownCapabilities: readonly number[];
}

/**
 * What two OPENs agreed on: everything that decides how the rest of the session is read and written. Immutable; a
 * session that comes up again has a new one.
 */
export interface Negotiated {
  readonly localAsn: number;
  readonly peerAsn: number;
  /** Host integers of the dotted quads (RFC 6286 2.1). */
  readonly localRouterId: number;
  readonly peerRouterId: number;
  /** Both ends have the same AS number: iBGP. */
  readonly isInternal: boolean;
  /** Families both sides announced, in the order of `families` of net/family.ts. May be empty. */
  readonly families: readonly Family[];
  /** Both sides send four-octet AS numbers in AS_PATH and AGGREGATOR (RFC 6793). */
  readonly fourOctetAs: boolean;
  /** The smaller of the two hold times; 0 means neither KEEPALIVE nor hold timer. */
  readonly holdTimeSeconds: number;
  /** A third of the hold time, before jitter; 0 when the hold time is 0. */
  readonly keepaliveSeconds: number;
  /** The peer understands ROUTE-REFRESH (RFC 2918). */
  readonly routeRefresh: boolean;
  /** Both sides understand the demarcated form (RFC 7313). */
  readonly enhancedRouteRefresh: boolean;
  /** Both sides accept messages up to 65535 octets (RFC 8654). */
  readonly extendedMessage: boolean;
  /** Longest UPDATE, NOTIFICATION or ROUTE-REFRESH either side may send: 4096 or 65535. */
  readonly maxMessageLength: number;
  readonly addPath: { readonly [F in Family]: AddPathTerms };
  /** IPv4 prefixes may travel with an IPv6 next hop (RFC 8950). */
  readonly extendedNextHop: boolean;
  readonly gracefulRestart: GracefulRestartTerms | undefined;
  readonly longLived: LongLivedTerms | undefined;
  /** Our role, when the peer named one that fits (RFC 9234 4.2) or none at all; undefined when we have none. */
  readonly role: Role | undefined;
  readonly claims?: PeerClaims;
}
