import type { Cancel } from "../../lib/clock.ts";
import type { Address } from "../../net/address.ts";
import type { Family } from "../../net/family.ts";
import type { Prefix } from "../../net/prefix.ts";
import type { NextHop } from "../rib/next-hop-table.ts";
import type { Session } from "../session/session.ts";
import type { LocalRestart, SessionConfig } from "../session/session-config.ts";
import type { SessionListener } from "../session/session-listener.ts";

/** Where a packet for a destination goes next. */
export interface RouteNextHop {
  readonly address: Address;
  /** Interface of a link-local address, else empty. */
  readonly zone: string;
}

/** The best routes of a prefix as forwarding needs them; no next hops: BGP has no route for it. */
export interface RouteChange {
  readonly prefix: Prefix;
  /** Sorted by address; more than one only with multipath. */
  readonly nextHops: readonly RouteNextHop[];
  /**
   * No next hop, and no other route may take its packets: an aggregate of ours. What no more specific route covers is
   * dropped, or a default route would send it back to where it came from (RFC 4632 5.1).
   */
  readonly discard?: true;
}

/**
 * Who forwards by the routes that BGP has learned: the kernel, as a rule. Of our own routes only aggregates are told, as
 * ones that discard.
 */
export interface RouteSink {
  /**
   * Changes, each prefix at most once; `done` when the next batch may come. Until then further changes are gathered, one a
   * prefix, so a slow kernel cannot make memory grow.
   */
  apply(changes: readonly RouteChange[], done: () => void): void;
  /** Everything that can be known of a family has been told: routes of an earlier life that were not may go now. */
  inSync(family: Family): void;
}

/** What is known of the way to a next hop. */
export interface Way {
  readonly reachable: boolean;
  /** Interior cost, lower is better (RFC 4271 9.1.2.2 e); equal for all where nobody knows. */
  readonly metric: number;
}

/** Who knows whether next hops can be reached (RFC 4271 9.1.2). */
export interface NextHops {
  resolve(hop: NextHop): Way;
  /** Calls `hear` when the answer for some next hop may have changed. */
  watch(hear: () => void): Cancel;
}

/** Every next hop can be reached, at the same cost: right where they are all on our own links. */
export const connectedNextHops: NextHops = {
  resolve: () => ({ reachable: true, metric: 0 }),
  watch: () => () => {},
};

/** How the core gives way to what waits at the sockets. */
export interface Turns {
  /** Calls `run` after what has already happened was told, never from within. */
  soon(run: () => void): void;
}

/** Makes the session with one peer; it asks `restart` anew for every OPEN. */
export type OpenSession = (config: SessionConfig, listener: SessionListener, restart: () => LocalRestart) => Session;
