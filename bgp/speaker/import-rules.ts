import { type Address, sameAddress } from "../../net/address.ts";
import { asPathCount, hasSet } from "../attribute/as-path.ts";
import { pathOf } from "../filter/attribute-test.ts";
import { wordsOf } from "../filter/block-value.ts";
import type { Change, Filter } from "../filter/filter.ts";
import { attributeCode, community } from "../iana.ts";
import { attributeBit } from "../rib/attribute-columns.ts";
import type { AttributeStore } from "../rib/attribute-store.ts";
import { type Ineligible, ineligible } from "../rib/path-table.ts";
import type { Negotiated } from "../session/negotiated.ts";

/** What is asked of routes of a peer beside its filter. */
export interface ImportRules {
  /** The peer's name, for filters. */
  readonly name: string;
  /** The speaker's own AS, which loops are recognised by when it is not the one the peer sees. */
  readonly asn: number;
  /** How often our AS may stand in AS_PATH (RFC 4271 9.1.2). */
  readonly allowedOwnAs: number;
  /** The first AS must be the peer's (RFC 4271 6.3); never asked of a route server (our role is rs-client) nor of iBGP. */
  readonly enforceFirstAs: boolean;
  /** GRACEFUL_SHUTDOWN from eBGP means LOCAL_PREF 0 (RFC 8326 4). */
  readonly honourGracefulShutdown: boolean;
  /** A path with an AS_SET is not used (RFC 9774 3). */
  readonly rejectAsSets: boolean;
}

/** A peer as the import side sees it. */
export interface ImportPeer {
  /** Index in the RIB. */
  readonly index: number;
  readonly negotiated: Negotiated;
  /** Our end of the session: no next hop of anybody else. */
  readonly ownAddress: Address | undefined;
  readonly filter: Filter | undefined;
  /** An eBGP peer gives nothing without a filter (RFC 8212). */
  readonly requiresPolicy: boolean;
  /** Absent: only what is asked of everybody. */
  readonly rules?: ImportRules;
}

/**
 * Why a path from this peer may not be chosen, whatever its filter says: by the set as it was received (RFC 4271 6.3 and
 * 9.1.2, RFC 4456 8, RFC 9234 5, RFC 9774 3).
 */
export function flawOf(peer: ImportPeer, set: number, store: AttributeStore): Ineligible {
  const flags = store.columns.flags[set]!;
  if (flags & attributeBit.ownOriginator) return ineligible.ownOriginator;
  if (flags & attributeBit.ownCluster) return ineligible.ownCluster;
  const { rules, negotiated } = peer;
  if (rules === undefined) return flags & attributeBit.ownAs ? ineligible.ownAs : ineligible.no;
  const mayHaveOwnAs = flags & attributeBit.ownAs || negotiated.localAsn !== rules.asn;
  if (mayHaveOwnAs && ownAsCount(rules, negotiated, set, store) > rules.allowedOwnAs) return ineligible.ownAs;
  if (rules.rejectAsSets && hasSet(pathOf(store.block(set)))) return ineligible.asSet;
  if (negotiated.isInternal) return ineligible.no;
  const asksFirstAs = rules.enforceFirstAs && negotiated.role !== "rs-client";
  if (asksFirstAs && store.columns.neighborAs[set] !== negotiated.peerAsn) return ineligible.notFirstAs;
  return isLeak(negotiated, set, store) ? ineligible.routeLeak : ineligible.no;
}

/** Why a path with the set that decisions would see may not be chosen: our own next hop (RFC 4271 5.1.3). */
export function hasOwnNextHop({ ownAddress }: ImportPeer, set: number, { columns }: AttributeStore): boolean {
  const { address } = columns.nextHops.hop(columns.nextHop[set]!);
  return address !== undefined && ownAddress !== undefined && sameAddress(address, ownAddress);
}

/** ONLY_TO_CUSTOMER that a route gets on its way in: the peer's AS where it has none (RFC 9234 5); 0: none. */
export function otcToAdd({ negotiated, rules }: ImportPeer, set: number, store: AttributeStore): number {
  const { role, isInternal, peerAsn } = negotiated;
  const isDownward = role === "customer" || role === "peer" || role === "rs-client";
  if (rules === undefined || isInternal || !isDownward) return 0;
  return otcOf(set, store) === undefined ? peerAsn : 0;
}

/** Whether GRACEFUL_SHUTDOWN of this peer counts (RFC 8326 4). */
export function honoursShutdown({ negotiated, rules }: ImportPeer): boolean {
  return !negotiated.isInternal && rules !== undefined && rules.honourGracefulShutdown;
}

/** Whether a route says that its sender is about to go, once its filter has changed it. */
export function isLeaving(flags: number, change: Change | undefined): boolean {
  if (change?.addCommunities?.includes(community.gracefulShutdown)) return true;
  const { removeCommunities: gone = [] } = change ?? {};
  if (gone === "all" || gone.includes(community.gracefulShutdown)) return false;
  return (flags & attributeBit.gracefulShutdown) !== 0;
}

function ownAsCount(rules: ImportRules, { localAsn }: Negotiated, set: number, store: AttributeStore): number {
  const path = pathOf(store.block(set));
  return asPathCount(path, rules.asn) + (localAsn === rules.asn ? 0 : asPathCount(path, localAsn));
}

/** From a customer, or a client of our route server, nothing for customers only; from a peer only what it marked itself. */
function isLeak({ role, peerAsn }: Negotiated, set: number, store: AttributeStore): boolean {
  if (role !== "provider" && role !== "rs" && role !== "peer") return false;
  const otc = otcOf(set, store);
  return otc !== undefined && (role !== "peer" || otc !== peerAsn);
}

function otcOf(set: number, store: AttributeStore): number | undefined {
  return wordsOf(store.block(set), attributeCode.otc)[0];
}
