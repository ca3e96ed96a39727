import type { Family } from "../../net/family.ts";
import type { SessionCounters } from "../session/counters.ts";
import type { State } from "../session/state.ts";
import type { RouteState } from "./route-query.ts";

/** One peer as people ask for it. */
export interface PeerState {
  readonly name: string;
  readonly asn: number | "internal" | "external";
  /** The router id the peer gave, host integer; undefined until it did. */
  readonly routerId: number | undefined;
  readonly state: State;
  /** Wall-clock milliseconds of the last change of state. */
  readonly since: number;
  readonly isDynamic: boolean;
  /** Why it is not Established, with a hint, or empty. */
  readonly why: string;
  readonly families: readonly PeerFamilyState[];
  /** Since the peer was configured; counted on in place. */
  readonly counters: SessionCounters;
}

/** One family of a peer. */
export interface PeerFamilyState {
  readonly family: Family;
  /** Negotiated; the counts are 0 without. */
  readonly isUp: boolean;
  /** Paths in the Adj-RIB-In, and those of them that may be chosen. */
  readonly received: number;
  readonly accepted: number;
  readonly stale: number;
  readonly advertised: number;
  /** The peer has told everything it has. */
  readonly isTold: boolean;
}

/** One update group. */
export interface GroupState {
  readonly family: Family;
  readonly peers: readonly string[];
  readonly advertised: number;
  /** Slabs that the slowest member has not got yet. */
  readonly queuedSlabs: number;
  /** Everybody was told everything. */
  readonly isQuiet: boolean;
}

/** A speaker at one moment. */
export interface SpeakerStatus {
  readonly peers: readonly PeerState[];
  readonly groups: readonly GroupState[];
  readonly families: readonly {
    readonly family: Family;
    readonly prefixes: number;
    readonly paths: number;
    readonly best: number;
  }[];
  readonly attributeSets: number;
  /** Whether best paths are being decided; not yet while a restart is under way. */
  readonly isDeciding: boolean;
  /** Octets by what they are for. */
  readonly memory: { readonly [Name in MemoryName]: number };
}

/** What a speaker needs memory for. */
export type MemoryName = "attributes" | "attributeColumns" | "prefixes" | "paths" | "locRib" | "adjRibOut" | "nextHops";

/** Why each path of a prefix is or is not the best one, and who is told of the best one. */
export interface Explanation {
  readonly prefix: string;
  readonly candidates: readonly CandidateState[];
  readonly advertisements: readonly AdvertisementState[];
}

/** One path of a prefix. */
export interface CandidateState {
  readonly peer: string;
  readonly isBest: boolean;
  /** Packets go its way: the best one's, and with multipath the ways of those that are as good. */
  readonly isUsed: boolean;
  readonly isStale: boolean;
  /** The decision step that eliminated it and where that is written; empty for the best one. */
  readonly step: string;
  readonly rfc: string;
  /** The peer whose path won over it, or empty. */
  readonly lostTo: string;
  /** Attributes in words. */
  readonly attributes: string;
  readonly route: RouteState;
}

/** Whether one peer is told. */
export interface AdvertisementState {
  readonly peer: string;
  readonly isAdvertised: boolean;
  /** Why not, or empty. */
  readonly why: string;
}
