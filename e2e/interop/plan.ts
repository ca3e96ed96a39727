import type { Role } from "../../bgp/session/session-config.ts";
import type { Family } from "../../net/family.ts";

/** One prefix that a daemon announces as its own. */
export interface OwnRoute {
  readonly prefix: string;
  /** As `65000:1`. */
  readonly communities?: readonly string[];
  /** As `65000:1:2`. */
  readonly largeCommunities?: readonly string[];
}

/** One neighbour of a daemon, in words that every daemon has some spelling for. */
export interface Neighbour {
  readonly address: string;
  /** `address` is the name of an interface: whoever is behind it. */
  readonly isUnnumbered?: boolean;
  readonly localAddress: string;
  readonly asn: number;
  readonly families: readonly Family[];
  /** The daemon waits to be called. */
  readonly passive?: boolean;
  /** How long to wait between two calls; 1 when absent. */
  readonly connectRetrySeconds?: number;
  readonly password?: string;
  /** Only packets that crossed no router (RFC 5082). */
  readonly ttlSecurity?: boolean;
  readonly routeReflectorClient?: boolean;
  /** Several paths of a prefix, both ways (RFC 7911). */
  readonly addPath?: boolean;
  /** Messages longer than 4096 octets (RFC 8654). */
  readonly extendedMessages?: boolean;
  /** IPv4 routes by IPv6 next hops (RFC 8950). */
  readonly extendedNextHop?: boolean;
  readonly bfd?: boolean;
  /** The daemon's side of the business (RFC 9234); `strictRole` refuses a neighbour that names none. */
  readonly role?: Role;
  readonly strictRole?: boolean;
  /** Route refresh between a beginning and an end (RFC 7313), where a daemon has to be asked to offer it. */
  readonly enhancedRefresh?: boolean;
  /** More prefixes than this from the neighbour end the session. */
  readonly maxPrefixes?: number;
}

/** What a daemon is to be: all that its configuration is written from. */
export interface Plan {
  readonly asn: number;
  /** Dotted quad. */
  readonly routerId: string;
  readonly neighbours: readonly Neighbour[];
  readonly routes: readonly OwnRoute[];
  /** What is learned goes into the kernel's main table, where the daemon can do that. */
  readonly kernel: boolean;
  /** Hold time of its sessions; `holdSeconds` when absent. */
  readonly holdSeconds?: number;
  /** Graceful restart time that it offers; `restartSeconds` when absent. */
  readonly restartSeconds?: number;
  /** For how long its routes are to be kept after that (RFC 9494), and its neighbours' at most; absent: not at all. */
  readonly longLivedStaleSeconds?: number;
}

/** Hold time of a session where nothing else is said, in seconds: short, and still longer than a busy machine's pauses. */
export const holdSeconds = 9;

/** Graceful restart time that a daemon offers where nothing else is said, in seconds. */
export const restartSeconds = 60;

/** The family of a prefix or an address in text. */
export function familyOf(text: string): Family {
  return text.includes(":") ? "ipv6" : "ipv4";
}
