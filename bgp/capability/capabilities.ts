import type { Family } from "../../net/family.ts";

/** The Graceful Restart capability of one side (RFC 4724 3, RFC 8538 2). */
export interface GracefulRestartCapability {
  /** R bit. */
  readonly restarting: boolean;
  /** N bit. */
  readonly notification: boolean;
  /** 0..4095. */
  readonly restartSeconds: number;
  readonly families: readonly { readonly family: Family; readonly forwarding: boolean }[];
}

/** The Long-Lived Graceful Restart capability of one side (RFC 9494 3.1). */
export interface LongLivedCapability {
  readonly families: readonly {
    readonly family: Family;
    /** F bit. */
    readonly forwarding: boolean;
    /** 0..16777215. */
    readonly staleSeconds: number;
  }[];
}

/** The name that one side gives itself (draft-walton-bgp-hostname-capability), fit to be printed. */
export interface HostName {
  readonly host: string;
  readonly domain: string;
}

/** What one side may send and receive of a family with path identifiers (RFC 7911 4). */
export interface AddPathOffer {
  readonly send: boolean;
  readonly receive: boolean;
}

/** A capability without a row in the table, as it came. */
export interface UnknownCapability {
  readonly code: number;
  readonly value: Uint8Array;
}

/** Everything that the capabilities of one OPEN say. Always all fields. */
export interface Capabilities {
  /** Families of Multiprotocol Extensions; undefined when the side sent none, and so means IPv4 (RFC 4760 8). */
  readonly families: readonly Family[] | undefined;
  readonly routeRefresh: boolean;
  readonly enhancedRouteRefresh: boolean;
  readonly extendedMessage: boolean;
  /** IPv4 unicast with IPv6 next hops (RFC 8950 4). */
  readonly extendedNextHop: boolean;
  readonly gracefulRestart: GracefulRestartCapability | undefined;
  readonly longLived: LongLivedCapability | undefined;
  /** BGP Roles as numbers (RFC 9234 4.1), each once; more than one is a contradiction. */
  readonly roles: readonly number[];
  readonly hostName: HostName | undefined;
  /** Name and version of the side's software (draft-ietf-idr-software-version), fit to be printed. */
  readonly software: string | undefined;
  /** The side's AS number in four octets; undefined when it knows two only (RFC 6793 3). */
  readonly fourOctetAs: number | undefined;
  readonly addPath: { readonly [F in Family]: AddPathOffer };
  readonly unknown: readonly UnknownCapability[];
}

const noAddPath: AddPathOffer = { send: false, receive: false };

/** Capabilities of a side that has none, with what differs. */
export function capabilities(differing: Partial<Capabilities> = {}): Capabilities {
  return {
    families: undefined,
    routeRefresh: false,
    enhancedRouteRefresh: false,
    extendedMessage: false,
    extendedNextHop: false,
    gracefulRestart: undefined,
    longLived: undefined,
    roles: [],
    hostName: undefined,
    software: undefined,
    fourOctetAs: undefined,
    addPath: { ipv4: noAddPath, ipv6: noAddPath },
    unknown: [],
    ...differing,
  };
}
