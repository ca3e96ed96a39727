import type { Family } from "../../net/family.ts";
import type { Notification } from "../message/notification.ts";
import type { UpdateScan } from "../message/update-scan.ts";
import type { Negotiated } from "./negotiated.ts";
import type { State } from "./state.ts";

/** Why an Established session is no more. */
export interface DownReason {
  /** What ended it: a NOTIFICATION either way, TCP, our hold timer, ourselves, or the peer calling anew (RFC 4724 4.2). */
  readonly cause: "sent" | "received" | "connection" | "stopped" | "replaced";
  readonly notification: Notification | undefined;
  /** What happened, in words: `received Cease/Administrative Shutdown "maintenance"`. */
  readonly why: string;
  /** What an operator should look at, or empty. */
  readonly hint: string;
  /**
   * Families whose routes are to be kept as stale (RFC 4724 4.2), until `onSweepStale`; the routes of every other family
   * go now.
   */
  readonly retains: readonly Family[];
}

/**
 * What a session tells the speaker above it, in the order of what happened. `onStateChange`, `onDown` and `onSweepStale`
 * may come from within a call to `start`, `stop` or `accept`; the others only from the wire and the clock.
 */
export interface SessionListener {
  /** Routes may flow. Families absent from `negotiated.gracefulRestart.forwardingPreserved` were swept before. */
  onEstablished(negotiated: Negotiated): void;
  /**
   * An UPDATE with the verdict `ok` or `withdraw`; `scan` and `buf` are the session's again when the call returns. The
   * answer, when there is one, is sent to the peer as a NOTIFICATION and ends the session (a max-prefix limit, say).
   */
  onUpdate(scan: UpdateScan, buf: Uint8Array): Notification | undefined;
  /** The peer has told everything it had of this family. */
  onEndOfRib(family: Family): void;
  /** The peer asks for everything of this family again (RFC 2918); subtype 0, or 1 and 2 of RFC 7313. */
  onRouteRefresh(family: Family, subtype: number): void;
  /** After `sendBulk` answered false: there is room again. */
  onDrain(): void;
  /** Told exactly once for every `onEstablished`. */
  onDown(reason: DownReason): void;
  /** Routes of the family that are still stale go now. */
  onSweepStale(family: Family, why: string): void;
  /**
   * The restart time is over and the peer's routes of the family live on as long-lived stale (RFC 9494 4.2): those with
   * NO_LLGR go, the others get LLGR_STALE; `onSweepStale` comes when that time is over too.
   */
  onLongLivedStale(family: Family): void;
  /** The state of the peer as people see it: that of its furthest connection. */
  onStateChange(state: State, from: State, why: string): void;
}
