import type { Address } from "../../net/address.ts";
import type { Family } from "../../net/family.ts";
import type { Prefix } from "../../net/prefix.ts";
import { type Filter, filterKey } from "../filter/filter.ts";
import type { Role } from "../session/session-config.ts";

/** Everything about a peer that decides what it is sent, and nothing else: equal terms share one Adj-RIB-Out. */
export interface ExportTerms {
  readonly family: Family;
  readonly localAsn: number;
  readonly isInternal: boolean;
  /** An iBGP peer to which we reflect (RFC 4456). */
  readonly isClient: boolean;
  /** Written into CLUSTER_LIST of what we reflect; host integer. */
  readonly clusterId: number;
  /** Our address towards the peer, for routes that are to point to us; undefined when we have none of this family. */
  readonly ownAddress: Address | undefined;
  readonly ownLinkLocal: Address | undefined;
  /** Routes learned from eBGP point to us also towards iBGP peers. */
  readonly nextHopSelf: boolean;
  /** An eBGP peer gets nothing without a filter that says so (RFC 8212). */
  readonly requiresPolicy: boolean;
  readonly filter: Filter | undefined;
  /** How many paths of a prefix are sent, each with its identifier (RFC 7911); undefined: the best, without one. */
  readonly addPath: "all" | number | undefined;
  /** Whether a client's routes go to other clients (RFC 4456 6). */
  readonly clientToClient: boolean;
  /** Whether the peer keeps long-lived stale routes; else it is not told any (RFC 9494 4.3). */
  readonly longLived: boolean;
  /** Our role towards the peer, when it has one (RFC 9234 5). */
  readonly role: Role | undefined;
  /** Everything is tagged GRACEFUL_SHUTDOWN (RFC 8326). */
  readonly gracefulShutdown: boolean;
  /** Next hops inside these prefixes stay what they are towards eBGP: the peer's own link (RFC 4271 5.1.3). */
  readonly sharedLink: readonly Prefix[];
  /** Interface of a session over link-local addresses, else empty: link-local next hops of that link stay. */
  readonly link: string;
  /** The peer takes IPv4 routes by IPv6 next hops (RFC 8950); false for IPv6 routes, where it does not matter. */
  readonly extendedNextHop: boolean;
  readonly fourOctetAs: boolean;
  readonly maxMessageLength: number;
}

/** Equal keys mean equal terms. */
export function groupKey(terms: ExportTerms): string {
  return JSON.stringify([
    terms.family,
    terms.localAsn,
    terms.isInternal,
    terms.isClient,
    terms.clusterId,
    terms.ownAddress ?? null,
    terms.ownLinkLocal ?? null,
    terms.nextHopSelf,
    terms.requiresPolicy,
    filterKey(terms.filter),
    terms.addPath ?? null,
    terms.clientToClient,
    terms.longLived,
    terms.role ?? null,
    terms.gracefulShutdown,
    terms.sharedLink,
    terms.link,
    terms.extendedNextHop,
    terms.fourOctetAs,
    terms.maxMessageLength,
  ]);
}
