/**
 * Shapes of the `bgp.…` requests that the sockets of the agent and of `manx speaker` answer. Types only. Whoever asks for
 * routes gets them page by page, so that a table of millions neither stalls the speaker nor fills memory.
 */

/** How the peers are. */
export interface BgpPeersRequest {
  readonly do: "bgp.peers";
}

/** Everything of one peer, by its name (its address, with zone when it has one). */
export interface BgpPeerRequest {
  readonly do: "bgp.peer";
  readonly name: string;
}

/** Routes: the chosen ones, all paths, the paths that peers sent, or those that `peer` was told. */
export interface BgpRoutesRequest {
  readonly do: "bgp.routes";
  readonly view?: "best" | "all" | "received" | "advertised";
  readonly family?: "ipv4" | "ipv6";
  /** A prefix, or an address: then the most specific prefix that covers it. */
  readonly prefix?: string;
  readonly peer?: string;
  /** Most routes of the page, 1 to 1,000; 1,000 when absent. */
  readonly limit?: number;
  /** `next` of the page before. */
  readonly cursor?: string;
}

/** Why things are as they are with a prefix, or with the most specific one that covers an address. */
export interface BgpExplainRequest {
  readonly do: "bgp.explain";
  readonly prefix: string;
}

/** Anything that can be asked about BGP. */
export type BgpRequest = BgpPeersRequest | BgpPeerRequest | BgpRoutesRequest | BgpExplainRequest;

/** One family of a peer. */
export interface BgpPeerFamily {
  readonly family: "ipv4" | "ipv6";
  /** Negotiated; the counts are 0 without. */
  readonly isUp: boolean;
  /** Paths the peer sent, those of them that may be chosen, those kept although it went away. */
  readonly received: number;
  readonly accepted: number;
  readonly stale: number;
  /** Prefixes it was told. */
  readonly advertised: number;
  /** It has said End-of-RIB. */
  readonly isTold: boolean;
}

/** One peer in a line. */
export interface BgpPeer {
  readonly name: string;
  /** The interface on which it was found, or is looked for: then that is its name. Absent where its address is configured. */
  readonly interface?: string;
  /** `internal` and `external` until the peer has named its own. */
  readonly asn: number | "internal" | "external";
  /** Dotted quad; absent until the peer gave it. */
  readonly routerId?: string;
  readonly state: "Idle" | "Connect" | "Active" | "OpenSent" | "OpenConfirm" | "Established";
  /** RFC 3339 time of the last change of state. */
  readonly since: string;
  readonly seconds: number;
  readonly isDynamic: boolean;
  /** Why it is not up and what to look at, or empty. */
  readonly why: string;
  readonly families: readonly BgpPeerFamily[];
  /** How often it came up, and messages either way, since the peer was configured. */
  readonly established: number;
  readonly messagesIn: number;
  readonly messagesOut: number;
  /** UPDATEs with a fault in them (RFC 7606). */
  readonly malformed: number;
}

/** Tables of one family. */
export interface BgpFamily {
  readonly family: "ipv4" | "ipv6";
  readonly prefixes: number;
  readonly paths: number;
  readonly best: number;
}

/** Peers that are told the same. */
export interface BgpGroup {
  readonly family: "ipv4" | "ipv6";
  readonly peers: readonly string[];
  readonly advertised: number;
  /** Batches that its slowest member has not got yet. */
  readonly queued: number;
  /** Everybody was told everything. */
  readonly isQuiet: boolean;
}

/** The answer to `bgp.peers`. */
export interface BgpPeersAnswer {
  readonly ok: true;
  readonly asn: number;
  readonly routerId: string;
  /** Best paths are being decided; not yet while a restart is under way. */
  readonly isDeciding: boolean;
  readonly peers: readonly BgpPeer[];
  readonly families: readonly BgpFamily[];
  readonly groups: readonly BgpGroup[];
  readonly attributeSets: number;
  /** Octets of memory of the tables, and of these for every path. */
  readonly bytes: number;
  readonly bytesPerRoute: number;
}

/** One path of a prefix; what it does not have is absent. */
export interface BgpRoute {
  readonly prefix: string;
  /** Whom it came from; `local`: us. */
  readonly peer: string;
  readonly state: "best" | "multipath" | "backup" | "ineligible";
  readonly pathId?: number;
  readonly stale?: "stale" | "long-lived stale" | "going" | "refreshing";
  /** Why it may not be chosen. */
  readonly why?: string;
  readonly nextHop?: string;
  readonly linkLocal?: string;
  readonly asPath: string;
  readonly origin: "igp" | "egp" | "incomplete";
  readonly med?: number;
  readonly localPref?: number;
  readonly atomicAggregate?: true;
  readonly aggregator?: string;
  readonly communities?: readonly string[];
  readonly largeCommunities?: readonly string[];
  readonly extendedCommunities?: readonly string[];
  readonly originatorId?: string;
  readonly clusterList?: readonly string[];
  readonly otc?: number;
  /** Attributes that the speaker does not know; the value in hexadecimal. */
  readonly unknown?: readonly { readonly code: number; readonly flags: number; readonly value: string }[];
}

/** The answer to `bgp.routes`: a page, in the order of the table. */
export interface BgpRoutesAnswer {
  readonly ok: true;
  readonly routes: readonly BgpRoute[];
  /** Cursor of the next page; absent after the last. A page may be empty and not the last. */
  readonly next?: string;
}

/** The answer to `bgp.explain`. */
export interface BgpExplainAnswer {
  readonly ok: true;
  /** The prefix that was found, or asked for when none is known. */
  readonly prefix: string;
  /** The best path first, then the others in the order in which they lost. */
  readonly candidates: readonly {
    readonly isBest: boolean;
    /** Packets go its way. */
    readonly isUsed: boolean;
    /** The decision step that eliminated it, and where that is written; empty for the best one. */
    readonly step: string;
    readonly rfc: string;
    /** The peer whose path won over it, or empty. */
    readonly lostTo: string;
    readonly route: BgpRoute;
  }[];
  /** Who is told of it, and why not. */
  readonly advertisements: readonly { readonly peer: string; readonly isAdvertised: boolean; readonly why: string }[];
}

/** The answer to `bgp.peer`. */
export interface BgpPeerAnswer {
  readonly ok: true;
  readonly peer: BgpPeer;
  /** What the two OPENs agreed on, as pairs of a name and a value in words; empty unless Established. */
  readonly negotiated: readonly (readonly [name: string, value: string])[];
  readonly messages: {
    readonly in: Readonly<Record<string, number>>;
    readonly out: Readonly<Record<string, number>>;
  };
  readonly octetsIn: number;
  readonly octetsOut: number;
  /** Octets that wait for the kernel to take them. */
  readonly queuedBytes: number;
  /** The last NOTIFICATION either way. */
  readonly lastError?: {
    readonly direction: "sent" | "received";
    readonly code: number;
    readonly subcode: number;
    readonly text: string;
    readonly hint: string;
    readonly at: string;
  };
  /** Its update group, by family. */
  readonly groups: readonly (BgpGroup & { readonly number: number })[];
  /** The last malformed UPDATEs, oldest first. */
  readonly malformedMessages: readonly {
    readonly at: string;
    readonly verdict: "discard" | "withdraw" | "reset";
    readonly attribute?: number;
    readonly why: string;
    /** Hexadecimal, marker included, cut after 4,096 octets. */
    readonly octets: string;
    readonly length: number;
    /** Where the fault begins; -1: nowhere in particular. */
    readonly offset: number;
  }[];
}
