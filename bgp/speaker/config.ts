import type { Address } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import type { Family } from "../../net/family.ts";
import type { Prefix } from "../../net/prefix.ts";
import type { Filter } from "../filter/filter.ts";
import type { GracefulRestartConfig, LocalRestart, SessionConfig } from "../session/session-config.ts";

/** The speaker as a whole. Immutable: another one is another speaker. */
export interface SpeakerConfig {
  readonly asn: number;
  /** BGP Identifier, host integer, not 0. */
  readonly routerId: number;
  /** Written into CLUSTER_LIST where we reflect; the router id when absent. */
  readonly clusterId?: number;
  readonly families: readonly Family[];
  /** Where to wait for peers; absent: we only call. */
  readonly listen?: { readonly address?: Address; readonly port: number };
  /** An eBGP peer without filters gets and gives nothing (RFC 8212). */
  readonly ebgpRequiresPolicy: boolean;
  readonly gracefulRestart: GracefulRestartConfig | undefined;
  /** What our OPENs say of a restart that lies behind us. */
  readonly restart: LocalRestart;
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
  /** More prefixes of a family than this end the session (RFC 4486 4). */
  readonly maxPrefixes?: number;
  readonly holdTimeSeconds?: number;
  readonly connectRetrySeconds?: number;
  readonly gracefulRestart?: GracefulRestartConfig;
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

/** What the session with a peer needs to know. Equal texts of it mean that a session may stay up. */
export function sessionConfig(speaker: SpeakerConfig, peer: PeerConfig): SessionConfig {
  const { zone = "", port = BGP_PORT, families = speaker.families } = peer;
  const neither = { send: false, receive: false };
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
    localAsn: speaker.asn,
    routerId: speaker.routerId,
    peerAsn: peer.asn,
    families,
    holdTimeSeconds: peer.holdTimeSeconds ?? 90,
    minHoldTimeSeconds: 3,
    connectRetrySeconds: peer.connectRetrySeconds ?? 5,
    delayOpenSeconds: 0,
    extendedMessage: false,
    addPath: { ipv4: neither, ipv6: neither },
    gracefulRestart: peer.gracefulRestart ?? speaker.gracefulRestart,
  };
}
