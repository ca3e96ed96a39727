import type { Change } from "../filter/filter.ts";
import { community } from "../iana.ts";
import { type AttributeColumns, attributeBit } from "../rib/attribute-columns.ts";
import { localPeer, type PeerTable } from "../rib/peer-table.ts";
import { type BlockEdit, drop, keep } from "./block-edit.ts";
import { type Denial, denial } from "./denial.ts";
import type { ExportTerms } from "./export-terms.ts";

/**
 * Whether a route with these attributes, learned from `source`, may go to peers of these terms, before filters: the order
 * in which people look for the reason (RFC 1997, RFC 8212, RFC 4456 6). Split horizon is not here: it differs by member.
 */
export function denialBeforeFilter(
  terms: ExportTerms,
  columns: AttributeColumns,
  peers: PeerTable,
  set: number,
  source: number,
): Denial {
  const flags = columns.flags[set]!;
  if (flags & attributeBit.noAdvertise) return denial.noAdvertise;
  if (!terms.isInternal && flags & (attributeBit.noExport | attributeBit.noExportSubconfed)) return denial.noExport;
  if (terms.requiresPolicy && terms.filter === undefined) return denial.noPolicy;
  if (!isReflection(terms, peers, source)) return denial.none;
  const isFromClient = peers.isClient[source] === 1;
  if (!terms.isClient && !isFromClient) return denial.internalToInternal;
  return terms.isClient && isFromClient && !terms.clientToClient ? denial.clientToClient : denial.none;
}

/** Whether ONLY_TO_CUSTOMER forbids what is sent to peers of these terms: those that are no customers (RFC 9234 5). */
export function mindsOtc(terms: ExportTerms): boolean {
  return !terms.isInternal && (terms.role === "customer" || terms.role === "peer" || terms.role === "rs-client");
}

/**
 * What changes in the attributes of a route that goes to peers of these terms; `change` is the filter's wish, `nextHop`
 * the attribute that takes the place of what is there. Our own routes keep their MED also towards eBGP.
 */
export function editOf(
  terms: ExportTerms,
  columns: AttributeColumns,
  peers: PeerTable,
  set: number,
  source: number,
  change: Change | undefined,
  nextHop: Uint8Array | undefined,
): BlockEdit {
  const { isInternal, gracefulShutdown } = terms;
  const isReflected = isReflection(terms, peers, source);
  const isOwn = source === localPeer;
  const hasOriginator = columns.originatorId[set] !== 0;
  const localPref = gracefulShutdown ? 0 : (change?.localPref ?? columns.localPref[set]!);
  const added = change?.addCommunities ?? [];
  return {
    nextHop,
    prependAsn: terms.localAsn,
    prependTimes: (isInternal ? 0 : 1) + (change?.prepend ?? 0),
    med: change?.med ?? (isInternal || isOwn ? keep : drop),
    localPref: isInternal ? localPref : drop,
    originatorId: !isInternal ? drop : isReflected && !hasOriginator ? peers.routerId[source]! : keep,
    clusterId: isReflected ? terms.clusterId : keep,
    withoutCommunities: change?.removeCommunities ?? [],
    withCommunities: gracefulShutdown ? [...added, community.gracefulShutdown] : added,
    isAcrossAs: !isInternal,
    otc: marksOtc(terms) ? terms.localAsn : keep,
  };
}

/** What goes to customers, peers and clients of a route server is from then on only for customers (RFC 9234 5). */
function marksOtc(terms: ExportTerms): boolean {
  return !terms.isInternal && (terms.role === "provider" || terms.role === "peer" || terms.role === "rs");
}

function isReflection(terms: ExportTerms, peers: PeerTable, source: number): boolean {
  return terms.isInternal && source !== localPeer && peers.isInternal[source] === 1;
}
