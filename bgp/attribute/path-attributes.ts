import type { Address } from "../../net/address.ts";
import type { AsPath } from "./as-path.ts";

/** Where a route was born (RFC 4271 5.1.1), best first. */
export type Origin = "igp" | "egp" | "incomplete";

/** Who aggregated a route (RFC 4271 5.1.7). */
export interface Aggregator {
  readonly asn: number;
  /** BGP Identifier, host integer. */
  readonly routerId: number;
}

/** Next hop of MP_REACH_NLRI (RFC 2545 3, RFC 8950 4). */
export interface MpNextHop {
  /** The global address, or the link-local one when the peer sent no other. */
  readonly address: Address;
  /** The link-local address, only meaningful on the interface of the session. */
  readonly linkLocal: Address | undefined;
}

/** Eight octets of an extended community (RFC 4360 2) as two words. */
export interface ExtendedCommunity {
  readonly high: number;
  readonly low: number;
}

/** A large community (RFC 8092 3): the AS that defines it and two words of its own. */
export interface LargeCommunity {
  readonly globalAdministrator: number;
  readonly localData1: number;
  readonly localData2: number;
}

/**
 * An optional transitive attribute that this speaker makes no use of, whether it knows its syntax or not: passed on with
 * the Partial bit set.
 */
export interface UnknownAttribute {
  /** Flags as they came, Extended Length bit cleared. */
  readonly flags: number;
  readonly code: number;
  readonly value: Uint8Array;
}

/**
 * Everything that one attribute block says, decoded. Always all fields (one shape for the engine), `undefined` or empty
 * where the block has no such attribute. An attribute of its own absent from this list is in `unknown`.
 */
export interface PathAttributes {
  readonly origin: Origin;
  readonly asPath: AsPath;
  /** NEXT_HOP: of the prefixes in the NLRI field, and of routes we make for IPv4. */
  readonly nextHop: Address | undefined;
  /** Next hop of the prefixes in MP_REACH_NLRI. */
  readonly mpNextHop: MpNextHop | undefined;
  readonly med: number | undefined;
  readonly localPref: number | undefined;
  readonly atomicAggregate: boolean;
  readonly aggregator: Aggregator | undefined;
  /** Host integers in the order in which they came, duplicates removed. */
  readonly communities: readonly number[];
  /** BGP Identifier, host integer (RFC 4456 8). */
  readonly originatorId: number | undefined;
  /** Cluster ids, the latest reflector first (RFC 4456 8). */
  readonly clusterList: readonly number[];
  readonly extendedCommunities: readonly ExtendedCommunity[];
  readonly largeCommunities: readonly LargeCommunity[];
  /** Only To Customer: the AS that said so (RFC 9234 5). */
  readonly otc: number | undefined;
  /** In ascending order of their codes. */
  readonly unknown: readonly UnknownAttribute[];
  /** Codes of known optional transitive attributes that came with the Partial bit, which stays set (RFC 4271 5). */
  readonly partial: readonly number[];
}

/** The attributes of a route born here: ORIGIN IGP, an empty AS_PATH and nothing else; `differing` says what else. */
export function pathAttributes(differing: Partial<PathAttributes> = {}): PathAttributes {
  return {
    origin: "igp",
    asPath: [],
    nextHop: undefined,
    mpNextHop: undefined,
    med: undefined,
    localPref: undefined,
    atomicAggregate: false,
    aggregator: undefined,
    communities: [],
    originatorId: undefined,
    clusterList: [],
    extendedCommunities: [],
    largeCommunities: [],
    otc: undefined,
    unknown: [],
    partial: [],
    ...differing,
  };
}
