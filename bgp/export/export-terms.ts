import type { Address } from "../../net/address.ts";
import type { Family } from "../../net/family.ts";
import { type Filter, filterKey } from "../filter/filter.ts";

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
    terms.fourOctetAs,
    terms.maxMessageLength,
  ]);
}
