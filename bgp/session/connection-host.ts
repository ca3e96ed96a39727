import type { Clock } from "../../lib/clock.ts";
import type { Tell } from "../../lib/fact.ts";
import type { Random } from "../../lib/random.ts";
import type { Family } from "../../net/family.ts";
import type { SessionFact } from "../fact.ts";
import type { Notification } from "../message/notification.ts";
import type { Open, OpenFault } from "../message/open.ts";
import type { UpdateFault } from "../message/update-fault.ts";
import type { UpdateScan } from "../message/update-scan.ts";
import type { Wire } from "../wire.ts";
import type { SessionCounters } from "./counters.ts";
import type { EventName } from "./event.ts";
import type { SessionConfig } from "./session-config.ts";
import type { SessionConnection } from "./session-connection.ts";
import type { State } from "./state.ts";

/** An event of the state machine with what came along with it. */
export interface SessionEvent {
  readonly name: EventName;
  /** What happened, in words. */
  readonly why: string;
  /** The NOTIFICATION received, or the one to send; for a stop without one, TCP just closes. */
  readonly notification?: Notification;
  /** Type of the message that was not expected. */
  readonly messageType?: number;
}

/** What a connection knows of the world; the same for all connections of a speaker, except `config`. */
export interface SessionPorts {
  readonly config: SessionConfig;
  readonly wire: Wire;
  readonly clock: Clock;
  readonly random: Random;
  readonly tell: Tell<SessionFact>;
  /** Filled anew by every UPDATE; one for all sessions of a speaker is enough. */
  readonly scan: UpdateScan;
}

/**
 * What is to become of a connection whose OPEN has come. `welcome unless its rival is`: the connection that would win the
 * collision has not yet had its OPEN, so this one goes on, but does not help the peer to Established for a moment.
 */
export type OpenVerdict = "welcome" | "welcome unless its rival is" | "lost" | OpenFault;

/** What a connection asks of, and tells, the peer it belongs to. */
export interface ConnectionHost {
  readonly ports: SessionPorts;
  readonly counters: SessionCounters;
  /** The OPEN to send now. */
  localOpen(): Open;
  /** A peer's OPEN has come: is it welcome, does this connection lose a collision (RFC 4271 6.8). */
  judgeOpen(connection: SessionConnection, open: Open): OpenVerdict;
  onNotificationSent(sent: Notification): void;
  /** The state changed, from `from`; told after everything that belongs to the change was done. */
  onTransition(connection: SessionConnection, from: State, event: SessionEvent): void;
  /** An UPDATE that may be applied; it lies from `start` to `end`, marker included. */
  onUpdate(scan: UpdateScan, buf: Uint8Array, start: number, end: number): Notification | undefined;
  /** An UPDATE that ends the session, with what is wrong with it. */
  onMalformed(buf: Uint8Array, start: number, end: number, faults: readonly UpdateFault[]): void;
  onEndOfRib(family: Family): void;
  onRouteRefresh(family: Family, subtype: number): void;
  onDrain(): void;
}
