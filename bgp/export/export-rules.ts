import { addressBytes } from "../../net/address.ts";
import { afiOf, SAFI_UNICAST } from "../family.ts";
import type { Change } from "../filter/filter.ts";
import { attributeCode, attributeFlag } from "../iana.ts";
import { type AttributeColumns, attributeBit } from "../rib/attribute-columns.ts";
import { localPeer, type PeerTable } from "../rib/peer-table.ts";
import { type BlockEdit, drop, keep } from "./block-edit.ts";
import type { ExportTerms } from "./export-terms.ts";

/** Why a route is not sent to a peer, as a small number; 0 means that it is. */
export const denial = {
  none: 0,
  noRoute: 1,
  ownRoute: 2,
  noAdvertise: 3,
  noExport: 4,
  internalToInternal: 5,
  noPolicy: 6,
  filtered: 7,
  noNextHop: 8,
} as const;

/** One of the numbers of `denial`. */
export type Denial = (typeof denial)[keyof typeof denial];

/** What each number means, for people. */
export const denialWhy: { readonly [D in Denial]: string } = {
  [denial.none]: "",
  [denial.noRoute]: "there is no best path for this prefix",
  [denial.ownRoute]: "split horizon: the best path came from this very peer",
  [denial.noAdvertise]: "the route carries NO_ADVERTISE (RFC 1997)",
  [denial.noExport]: "the route carries NO_EXPORT or NO_EXPORT_SUBCONFED and the peer is in another AS (RFC 1997)",
  [denial.internalToInternal]: "learned from iBGP, and neither end is a route reflection client (RFC 4456 6)",
  [denial.noPolicy]: "eBGP peer without an export filter (RFC 8212); set one, or ebgpRequiresPolicy: false",
  [denial.filtered]: "rejected by the export filter",
  [denial.noNextHop]: "the session has no address of this family to name as next hop",
};

/**
 * Whether a route with these attributes, learned from `source`, may go to peers of these terms, before filters: the order
 * in which people look for the reason (RFC 1997, RFC 4456 6, RFC 8212). Split horizon is not here: it differs by member.
 */
export function denialOf(
  terms: ExportTerms,
  columns: AttributeColumns,
  peers: PeerTable,
  set: number,
  source: number,
): Denial {
  const flags = columns.flags[set]!;
  if (flags & attributeBit.noAdvertise) return denial.noAdvertise;
  if (!terms.isInternal && flags & (attributeBit.noExport | attributeBit.noExportSubconfed)) return denial.noExport;
  const isReflection = terms.isInternal && source !== localPeer && peers.isInternal[source] === 1;
  if (isReflection && !terms.isClient && peers.isClient[source] === 0) return denial.internalToInternal;
  if (terms.requiresPolicy && terms.filter === undefined) return denial.noPolicy;
  if (pointsToUs(terms, columns, peers, set, source) && terms.ownAddress === undefined) return denial.noNextHop;
  return denial.none;
}

/**
 * What changes in the attributes of a route that goes to peers of these terms; `change` is the filter's wish, `self` the
 * outcome of `selfNextHop`.
 */
export function editOf(
  terms: ExportTerms,
  columns: AttributeColumns,
  peers: PeerTable,
  set: number,
  source: number,
  change: Change | undefined,
  self: Uint8Array | undefined,
): BlockEdit {
  const isReflection = terms.isInternal && source !== localPeer && peers.isInternal[source] === 1;
  const isOwn = source === localPeer;
  const hasOriginator = columns.originatorId[set] !== 0;
  return {
    nextHop: pointsToUs(terms, columns, peers, set, source) || change?.nextHop === "self" ? self : undefined,
    prependAsn: terms.localAsn,
    prependTimes: (terms.isInternal ? 0 : 1) + (change?.prepend ?? 0),
    med: change?.med ?? (terms.isInternal || isOwn ? keep : drop),
    localPref: terms.isInternal ? (change?.localPref ?? columns.localPref[set]!) : drop,
    originatorId: !terms.isInternal ? drop : isReflection && !hasOriginator ? peers.routerId[source]! : keep,
    clusterId: isReflection ? terms.clusterId : keep,
    withoutCommunities: change?.removeCommunities ?? [],
    withCommunities: change?.addCommunities ?? [],
    isAcrossAs: !terms.isInternal,
  };
}

/**
 * Next hop self: always towards eBGP (third-party next hops are off), for our own routes, and for eBGP routes where
 * configured; what comes from iBGP goes to iBGP unchanged (RFC 4271 5.1.3, RFC 4456 10).
 */
function pointsToUs(
  terms: ExportTerms,
  columns: AttributeColumns,
  peers: PeerTable,
  set: number,
  source: number,
): boolean {
  if (!terms.isInternal || columns.nextHop[set] === 0) return true;
  return terms.nextHopSelf && source !== localPeer && peers.isInternal[source] === 0;
}

/** NEXT_HOP for an IPv4 address of an IPv4 route, otherwise MP_REACH_NLRI without prefixes (RFC 4760 3, RFC 8950 4). */
export function selfNextHop(terms: ExportTerms): Uint8Array | undefined {
  const { ownAddress, ownLinkLocal, family } = terms;
  if (ownAddress === undefined) return undefined;
  const octets = addressBytes(ownAddress);
  if (family === "ipv4" && ownAddress.family === "ipv4") {
    return Uint8Array.of(attributeFlag.transitive, attributeCode.nextHop, 4, ...octets);
  }
  const hop = ownLinkLocal ? [...octets, ...addressBytes(ownLinkLocal)] : [...octets];
  const head = [0, afiOf[family], SAFI_UNICAST, hop.length];
  return Uint8Array.of(attributeFlag.optional, attributeCode.mpReach, hop.length + 5, ...head, ...hop, 0);
}
