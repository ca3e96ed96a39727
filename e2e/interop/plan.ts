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
}

/** Hold time of every session of the matrix, in seconds: short, and still longer than a busy machine's pauses. */
export const holdSeconds = 9;

/** Graceful restart time that every daemon offers, in seconds. */
export const restartSeconds = 60;

/** The family of a prefix or an address in text. */
export function familyOf(text: string): Family {
  return text.includes(":") ? "ipv6" : "ipv4";
}
