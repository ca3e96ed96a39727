import type { Address } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import type { Family } from "../../net/family.ts";
import type { Prefix } from "../../net/prefix.ts";
import type { BfdTerms } from "../bfd/port.ts";
import type { Filter } from "../filter/filter.ts";
import type { DecisionOptions } from "../rib/decision-steps.ts";
import type { GracefulRestartConfig, LocalRestart, Role, SessionConfig } from "../session/session-config.ts";
import type { ListenPlace } from "../wire.ts";

/** The speaker as a whole. Immutable but for where it waits (`Speaker.setListen`): another one is another speaker. */
export interface SpeakerConfig {
  readonly asn: number;
  /** BGP Identifier, host integer, not 0. */
  readonly routerId: number;
  /** Written into CLUSTER_LIST where we reflect; the router id when absent. */
  readonly clusterId?: number;
  readonly families: readonly Family[];
  /** Most next hops of one route towards forwarding (ECMP); 1 when absent, so only the best path's. */
  readonly maxPaths?: number;
  /** Where the decision process departs from the RFC's order, for everybody. */
  readonly decision?: DecisionOptions;
  /** Whether routes of one client go to the other clients (RFC 4456 6); true when absent. */
  readonly clientToClientReflection?: boolean;
  /** Prefixes announced as one when something lies inside them. */
  readonly aggregates?: readonly Aggregate[];
  /** Where to wait for peers; absent: we only call. */
  readonly listen?: ListenPlace;
  /** An eBGP peer without filters gets and gives nothing (RFC 8212). */
  readonly ebgpRequiresPolicy: boolean;
  readonly gracefulRestart: GracefulRestartConfig | undefined;
  /** What our OPENs say of a restart that lies behind us. */
  readonly restart: LocalRestart;
  /** Routes whose AS_PATH has an AS_SET are not used (RFC 9774 3); false when absent. */
  readonly rejectAsSets?: boolean;
}

/** How many prefixes a peer may send, and what happens when it sends more. */
export interface MaxPrefixes {
  /** Most prefixes of the family; absent: any number. */
  readonly ipv4?: number;
  readonly ipv6?: number;
  /** From so many percent of the limit on a fact warns, once; absent: no warning. */
  readonly warnPercent?: number;
  /**
   * `restart` ends the session (Cease/1, RFC 4486 4) and calls again after `restartSeconds`, or as after any fault;
   * `stay-down` waits for another configuration; `warn` only tells. `restart` when absent.
   */
  readonly action?: "restart" | "stay-down" | "warn";
  readonly restartSeconds?: number;
}

/** A prefix that stands for everything inside it (RFC 4271 9.2.2.2). */
export interface Aggregate {
  readonly prefix: Prefix;
  /** What lies inside is not announced beside it. */
  readonly summaryOnly: boolean;
  /** AS numbers of what lies inside become an AS_SET; else ATOMIC_AGGREGATE says that some were left out. */
  readonly asSet?: boolean;
  /** Host integers. */
  readonly communities?: readonly number[];
}

/** Whether several paths of a prefix are sent to a peer and taken from it (RFC 7911). */
export interface AddPathConfig {
  /** How many paths of a prefix it is sent at most; "all", or absent: only the best. */
  readonly send?: "all" | number;
  readonly receive?: boolean;
}

/** What can be said of a peer whose address is not known yet. */
export interface PeerTemplate {
  readonly asn: number | "internal" | "external";
  readonly port?: number;
  readonly localAddress?: Address;
  /** We never call. */
  readonly passive?: boolean;
  /** TCP MD5 key (RFC 2385). */
  readonly password?: string;
  readonly ttlSecurityHops?: number;
  /** TTL of what we send; 1 keeps an eBGP session on the link. */
  readonly ttl?: number;
  readonly device?: string;
  readonly families?: readonly Family[];
  readonly routeReflectorClient?: boolean;
  readonly nextHopSelf?: boolean;
  /** Our address for routes that point to us, by family; our end of the session when absent. */
  readonly nextHop?: { readonly [F in Family]?: Address };
  readonly importFilter?: Filter;
  readonly exportFilter?: Filter;
  /** More prefixes of a family than this end the session (RFC 4486 4); or limits by family and what they do. */
  readonly maxPrefixes?: number | MaxPrefixes;
  readonly holdTimeSeconds?: number;
  readonly connectRetrySeconds?: number;
  readonly gracefulRestart?: GracefulRestartConfig;
  /** Seconds for which the peer is asked to keep our routes, and we keep its, after graceful restart ended (RFC 9494). */
  readonly longLivedStaleSeconds?: number;
  /** The AS number we have towards this peer, instead of the speaker's. */
  readonly localAsn?: number;
  /** How often our own AS may stand in AS_PATH of what the peer sends; 0 when absent (RFC 4271 9.1.2). */
  readonly allowedOwnAs?: number;
  /** The first AS in AS_PATH of an eBGP peer must be its own (RFC 4271 6.3); true when absent. */
  readonly enforceFirstAs?: boolean;
  readonly addPath?: { readonly [F in Family]?: AddPathConfig };
  /** Messages up to 65535 octets are offered (RFC 8654); true when absent. */
  readonly extendedMessages?: boolean;
  /** IPv4 routes by IPv6 next hops are offered (RFC 8950). */
  readonly extendedNextHop?: boolean;
  /** Our side of the business (RFC 9234); `strictRole` refuses a peer that names none. */
  readonly role?: Role;
  readonly strictRole?: boolean;
  /** Everything sent to this peer carries GRACEFUL_SHUTDOWN (RFC 8326): we are about to go. */
  readonly gracefulShutdown?: boolean;
  /** GRACEFUL_SHUTDOWN from this eBGP peer makes a route the last choice, LOCAL_PREF 0 (RFC 8326 4); true when absent. */
  readonly honourGracefulShutdown?: boolean;
  /** Next hops of eBGP routes that lie on the peer's own link stay what they are (RFC 4271 5.1.3). */
  readonly thirdPartyNextHop?: boolean;
  /** Prefixes of the link that we share with the peer, for `thirdPartyNextHop`; none when absent. */
  readonly linkPrefixes?: readonly Prefix[];
  /** Our link-local address on the peer's link, beside a global IPv6 next hop (RFC 2545 3); only for peers on that link. */
  readonly linkLocalNextHop?: Address;
  /** Seconds to let the peer speak first once connected (RFC 4271 8.1.1 DelayOpen); 0 when absent. */
  readonly delayOpenSeconds?: number;
  /** Longest time the peer may take nothing from us (RFC 9687); twice the hold time, 480 s at least, when absent. */
  readonly sendHoldSeconds?: number;
  /** Watch over the way to the peer by BFD; its fall ends the session (RFC 5882). */
  readonly bfd?: BfdTerms;
}

/** One peer. */
export interface PeerConfig extends PeerTemplate {
  readonly address: Address;
  /** Interface name of a link-local address. */
  readonly zone?: string;
}

/** Peers that may come from anywhere in a range; they call, we do not. */
export interface DynamicPeers extends PeerTemplate {
  readonly range: Prefix;
}

/** The port of BGP (RFC 4271 8.2.1). */
export const BGP_PORT = 179;

/** Name of a peer, and the key by which it is known: its address, with zone when it has one. */
export function peerName(address: Address, zone = ""): string {
  return zone === "" ? formatAddress(address) : `${formatAddress(address)}%${zone}`;
}

/** What the session with a peer needs to know. Equal texts of it, the port aside, mean that a session may stay up. */
export function sessionConfig(speaker: SpeakerConfig, peer: PeerConfig): SessionConfig {
  const { zone = "", port = BGP_PORT, families = speaker.families } = peer;
  return {
    name: peerName(peer.address, zone),
    dial: {
      remote: { address: peer.address, zone, port },
      ...(peer.localAddress && { localAddress: peer.localAddress }),
      ...(peer.password !== undefined && { password: peer.password }),
      ...(peer.ttlSecurityHops !== undefined && { ttlSecurityHops: peer.ttlSecurityHops }),
      ...(peer.ttl !== undefined && { ttl: peer.ttl }),
      ...(peer.device !== undefined && { device: peer.device }),
    },
    passive: peer.passive ?? false,
    localAsn: peer.localAsn ?? speaker.asn,
    routerId: speaker.routerId,
    peerAsn: peer.asn,
    families,
    holdTimeSeconds: peer.holdTimeSeconds ?? 90,
    minHoldTimeSeconds: 3,
    connectRetrySeconds: peer.connectRetrySeconds ?? 5,
    delayOpenSeconds: peer.delayOpenSeconds ?? 0,
    sendHoldSeconds: peer.sendHoldSeconds,
    extendedMessage: peer.extendedMessages ?? true,
    extendedNextHop: peer.extendedNextHop ?? false,
    addPath: { ipv4: addPathOf(peer, "ipv4"), ipv6: addPathOf(peer, "ipv6") },
    role: peer.role,
    strictRole: peer.strictRole ?? false,
    gracefulRestart: peer.gracefulRestart ?? speaker.gracefulRestart,
    longLivedStaleSeconds: peer.longLivedStaleSeconds,
  };
}

function addPathOf(peer: PeerConfig, family: Family): SessionConfig["addPath"]["ipv4"] {
  const { send, receive = false } = peer.addPath?.[family] ?? {};
  return { send: send !== undefined, receive };
}
