import type { Address } from "../../net/address.ts";
import type { Family } from "../../net/family.ts";
import type { Notification } from "../message/notification.ts";
import type { UpdateFault } from "../message/update-fault.ts";
import type { Connection, Endpoint } from "../wire.ts";
import type { SessionCounters } from "./counters.ts";
import type { MalformedMessage } from "./malformed.ts";
import type { Negotiated } from "./negotiated.ts";
import type { State } from "./state.ts";

/**
 * How to end a session: with a Cease NOTIFICATION (RFC 4486) and perhaps a text for the peer's operator (RFC 9003), or by
 * closing TCP without a word, so that a peer with graceful restart keeps our routes (RFC 4724 4.1).
 */
export type StopMode =
  | { readonly kind: "cease"; readonly subcode: number; readonly text?: string }
  | { readonly kind: "silent" };

/** What the speaker asks of the session with one peer; `PeerSession` is it. */
export interface Session {
  readonly name: string;
  readonly state: State;
  /** What was agreed, while Established. */
  readonly negotiated: Negotiated | undefined;
  /** Our end of the connection, while Established: the address that routes pointing to us name as next hop. */
  readonly local: Endpoint | undefined;
  /** Our end of the Established connection: the next hop that "self" means. */
  readonly localAddress: Address | undefined;
  /** Why it is not Established: the last thing that went wrong, with a hint, or empty. */
  readonly why: string;
  /** What the session has done so far; one object, counted in place. */
  readonly counters: SessionCounters;
  /** The last malformed UPDATEs of the peer, at most 16, oldest first (RFC 7606 6). */
  malformed(): readonly MalformedMessage[];
  /** Within `onUpdate`: these are wrong with the attributes of the UPDATE at hand, which is kept as evidence. */
  noteFaults(faults: readonly UpdateFault[]): void;
  /** Begins to call and to take calls (ManualStart). Does nothing when already started. */
  start(): void;
  /** From the next call on the peer is called at this port; connections that are up or under way stay. */
  callAt(port: number): void;
  /** Ends for good, until `start` (ManualStop). */
  stop(how: StopMode): void;
  /** Ends an Established session with this NOTIFICATION, and calls again (AutomaticStop); nothing when it is not. */
  fail(said: Notification, why: string): void;
  /** Hands over a connection that this peer opened. */
  accept(connection: Connection): void;
  /**
   * Sends whole messages (any number of them), after those sent before; dropped unless Established. False: there is more
   * than enough under way, wait for `onDrain`. KEEPALIVE and NOTIFICATION overtake what has not reached the socket. The
   * session keeps `bytes` until they have left: do not write into them again (one array may go to many sessions).
   */
  sendBulk(bytes: Uint8Array): boolean;
  /** Octets given to `sendBulk` that the kernel has not taken yet. */
  readonly queuedBytes: number;
  /** Asks the peer for everything of a family again (RFC 2918); false when it cannot be asked. */
  requestRefresh(family: Family): boolean;
  /** Stops reading from the peer and resumes; the hold timer does not expire while reading is paused. */
  pauseReading(): void;
  resumeReading(): void;
}
