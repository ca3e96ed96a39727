import type { Cancel } from "../../lib/clock.ts";
import { seconds } from "../../lib/unit.ts";
import { Writer } from "../../lib/writer.ts";
import type { Address } from "../../net/address.ts";
import { errorCode, fsmError } from "../iana.ts";
import { writeKeepalive } from "../message/keepalive.ts";
import { type Notification, notification, writeNotification } from "../message/notification.ts";
import { type Open, writeOpen } from "../message/open.ts";
import type { CloseCause, Connection, Endpoint } from "../wire.ts";
import { BulkQueue } from "./bulk-queue.ts";
import type { Direction } from "./collision.ts";
import type { ConnectionHost, SessionEvent } from "./connection-host.ts";
import { countMessage, countMessages } from "./counters.ts";
import { Framer } from "./framer.ts";
import { type Action, step } from "./fsm.ts";
import { hardened } from "./hardened.ts";
import { collisionLost, takeMessage } from "./message-intake.ts";
import { negotiate } from "./negotiate.ts";
import type { Negotiated } from "./negotiated.ts";
import { SendHold, sendHoldSpan } from "./send-hold.ts";
import { rank, type State } from "./state.ts";
import { jittered, liveness, type TimerName, Timers, timerDefaults } from "./timers.ts";

const fsmSubcode: { readonly [S in State]?: number } = {
  OpenSent: fsmError.openSent,
  OpenConfirm: fsmError.openConfirm,
  Established: fsmError.established,
};

const timerEvents: { readonly [N in Exclude<TimerName, "hold">]: SessionEvent } = {
  connectRetry: { name: "ConnectRetryTimer_Expires", why: "calling again" },
  delayOpen: { name: "DelayOpenTimer_Expires", why: "the peer did not speak first" },
  keepalive: { name: "KeepaliveTimer_Expires", why: "" },
};

const sendHoldOver: SessionEvent = {
  name: "AutomaticStop",
  notification: notification(errorCode.sendHoldTimer, 0),
  why: "the peer took nothing from us for the send hold time",
};

/**
 * One TCP connection to a peer, or the attempt at one, with a state machine of its own (RFC 4271 8.2.1). It obeys the
 * table; what concerns the peer as a whole (collisions, when to call again, routes) it leaves to its host.
 */
export class SessionConnection {
  readonly direction: Direction;
  readonly #host: ConnectionHost;
  readonly #timers: Timers;
  readonly #writer = new Writer();
  #state: State = "Idle";
  #cancelDial: Cancel | undefined;
  #connection: Connection | undefined;
  #framer = new Framer();
  #bulk: BulkQueue | undefined;
  #sendHold: SendHold | undefined;
  #urgentBytes = 0;
  #sentOpen: Open | undefined;
  #negotiated: Negotiated | undefined;
  #establishedAt: number | undefined;
  #isPaused = false;
  #isLate = false;
  /** Neither the first KEEPALIVE nor the peer's counts yet: a connection that would win the collision may still do so. */
  #isDeferring = false;
  #heldKeepalive: SessionEvent | undefined;

  /** What each action of the table means here. The host counts failures and delivers updates. */
  readonly #actions: { readonly [A in Action]: (event: SessionEvent) => void } = {
    zeroCounter: () => {},
    countFailure: () => {},
    deliverUpdate: () => {},
    dial: () => this.#dial(),
    drop: () => this.#drop(),
    startConnectRetry: () => this.#startConnectRetry(),
    stopConnectRetry: () => this.#timers.stop("connectRetry"),
    startDelayOpen: () => this.#timers.start("delayOpen", seconds(this.#delayOpenSeconds)),
    stopDelayOpen: () => this.#timers.stop("delayOpen"),
    startLargeHold: () => this.#timers.start("hold", seconds(timerDefaults.largeHold)),
    startHold: () => this.#startHold(),
    startKeepalive: () => this.#startKeepalive(),
    sendOpen: () => this.#sendOpen(),
    sendKeepalive: () => this.#sendKeepalive(),
    notifyCease: ({ notification }) => this.#notify(notification),
    notifyFault: ({ notification }) => this.#notify(notification),
    notifyHoldTimer: () => this.#notify(notification(errorCode.holdTimer, 0)),
    notifyFsm: ({ messageType }) => this.#notifyFsm(messageType),
  };

  constructor(direction: Direction, host: ConnectionHost) {
    this.direction = direction;
    this.#host = host;
    this.#timers = new Timers(host.ports.clock, (name) => this.#onTimer(name));
  }

  get state(): State {
    return this.#state;
  }

  /** What was agreed, from OpenConfirm on. */
  get negotiated(): Negotiated | undefined {
    return this.#negotiated;
  }

  get localAddress(): Address | undefined {
    return this.#connection?.local.address;
  }

  /** How long it has been Established, or undefined. */
  get establishedForMs(): number | undefined {
    return this.#establishedAt === undefined ? undefined : this.#host.ports.clock.now() - this.#establishedAt;
  }

  /** Our end of the connection, while there is one. */
  get local(): Endpoint | undefined {
    return this.#connection?.local;
  }

  /** Connected, and waiting for the peer to speak first (DelayOpen). */
  get isDelaying(): boolean {
    return this.#timers.isRunning("delayOpen");
  }

  get queuedBytes(): number {
    return this.#bulk?.queuedBytes ?? 0;
  }

  /** Puts an event to the state machine and does what it answers. */
  feed(event: SessionEvent): void {
    const from = this.#state;
    if (event.notification && from === "Established") event = hardened(event, this.#negotiated);
    const guards = {
      delayOpen: this.#delayOpenSeconds > 0,
      delayOpenRunning: this.#timers.isRunning("delayOpen"),
    };
    const { to, does } = step(from, event.name, guards);
    for (const action of does) this.#actions[action](event);
    this.#state = to;
    if (to === from) return;
    if (to === "Established") this.#onEstablished();
    this.#host.onTransition(this, from, event);
    if (from === "Established") this.#establishedAt = undefined;
  }

  get #delayOpenSeconds(): number {
    return this.#host.ports.config.delayOpenSeconds || (this.#isLate ? timerDefaults.largeHold : 0);
  }

  #onEstablished(): void {
    const { clock, config } = this.#host.ports;
    this.#establishedAt = clock.now();
    const span = sendHoldSpan(config.sendHoldSeconds, this.#negotiated!.holdTimeSeconds);
    const connection = this.#connection;
    if (!span || !connection) return;
    const written = (): number => this.#urgentBytes + (this.#bulk?.passedBytes ?? 0);
    this.#sendHold = new SendHold(clock, connection, span, written, () => this.feed(sendHoldOver));
    this.#sendHold.wrote();
  }

  /**
   * Takes over a connection that the peer opened. `isLate`: another one is Established, so the peer has to speak first. Only
   * one that has restarted will be answered; an OPEN of ours on a call that merely crossed would make a peer that is not
   * Established yet give up the other connection, as BIRD does.
   */
  adopt(connection: Connection, isLate: boolean): void {
    this.#isLate = isLate;
    this.#attach(connection);
    this.feed({ name: "TcpConnectionConfirmed", why: "the peer called" });
  }

  /** Stops calling without leaving Active, because another connection goes on; `resume` calls again. */
  park(): void {
    if (this.#state !== "Connect" && this.#state !== "Active") return;
    this.#drop();
    this.#state = "Active";
  }

  /** Calls again after a jittered ConnectRetry time, if parked. */
  resume(): void {
    if (this.#state === "Active" && !this.#timers.isRunning("connectRetry")) this.#startConnectRetry();
  }

  /** There is no rival (any more): sends the KEEPALIVE that was put off, and hears the peer's. */
  expedite(): void {
    if (!this.#isDeferring) return;
    const held = this.#heldKeepalive;
    this.#heldKeepalive = undefined;
    this.#timers.stop("keepalive");
    this.feed(timerEvents.keepalive);
    if (held) this.feed(held);
  }

  /** Closes without a word and without an event: what the state machine is for has moved elsewhere. */
  abandon(): void {
    this.#drop();
    this.#state = "Idle";
  }

  sendBulk(bytes: Uint8Array): boolean {
    if (this.#state !== "Established" || !this.#bulk) return true;
    const hasRoom = this.#bulk.push(bytes);
    if (!this.#bulk.isBlocked) this.#startKeepalive();
    const { counters } = this.#host;
    counters.octetsOut += bytes.length;
    countMessages(counters.messagesOut, bytes);
    this.#sendHold?.wrote();
    return hasRoom;
  }

  /** Sends what must not wait behind bulk; dropped unless Established. */
  sendUrgent(write: (writer: Writer) => void): void {
    if (this.#state === "Established") this.#send(write);
  }

  pause(): void {
    this.#isPaused = true;
    this.#connection?.pause();
  }

  resumeReading(): void {
    this.#isPaused = false;
    this.#connection?.resume();
  }

  #dial(): void {
    const { wire, config } = this.#host.ports;
    this.#cancelDial = wire.dial(config.dial, {
      onConnect: (connection) => {
        this.#cancelDial = undefined;
        this.#attach(connection);
        this.feed({ name: "Tcp_CR_Acked", why: "our call was answered" });
      },
      onFail: (error) => {
        this.#cancelDial = undefined;
        this.feed({ name: "TcpConnectionFails", why: error.message });
      },
    });
  }

  #attach(connection: Connection): void {
    this.#connection = connection;
    this.#urgentBytes = 0;
    this.#framer = new Framer();
    this.#bulk = new BulkQueue(connection);
    if (this.#isPaused) connection.pause();
    connection.listen({
      onData: (buf, start, end) => this.#connection === connection && this.#onData(connection, buf, start, end),
      onDrain: () => this.#connection === connection && this.#onDrain(),
      onClose: (cause, why) => this.#connection === connection && this.#onClose(cause, why),
    });
  }

  #onData(connection: Connection, buf: Uint8Array, start: number, end: number): void {
    let heard = false;
    const { counters } = this.#host;
    counters.octetsIn += end - start;
    const fault = this.#framer.push(buf, start, end, (type, message, from, to) => {
      heard = true;
      countMessage(counters.messagesIn, type);
      const event = takeMessage(this, this.#host, type, message, from, to);
      if (event?.name === "KeepAliveMsg" && this.#isDeferring) this.#heldKeepalive = event;
      else if (event) this.feed(event);
      return this.#connection === connection;
    });
    if (this.#connection !== connection) return;
    if (fault) this.feed({ name: "BGPHeaderErr", notification: fault, why: "the peer's message header is wrong" });
    else if (heard && this.#state === "Established") this.#startHold();
  }

  #onDrain(): void {
    const hasRoom = this.#bulk?.drained();
    this.#sendHold?.drained();
    if (hasRoom) this.#host.onDrain();
  }

  #onClose(cause: CloseCause, why: string): void {
    this.#connection = undefined;
    this.feed({ name: "TcpConnectionFails", why: cause === "ended" ? "the peer closed the connection" : why });
  }

  /** A peer's OPEN that is welcome: agrees on everything, before the state machine hears of it. */
  agree(open: Open, hasRival: boolean): void {
    this.#sentOpen ??= this.#host.localOpen();
    this.#negotiated = negotiate(this.#sentOpen, open, this.#host.ports.config);
    this.#isDeferring = hasRival && this.#negotiated.holdTimeSeconds > 0;
    this.#framer.limit = this.#negotiated.maxMessageLength;
  }

  #onTimer(name: TimerName): void {
    if (name === "hold") this.#onHoldTimer();
    else if (name === "keepalive" && this.#isDeferring) this.expedite();
    else this.feed(timerEvents[name]);
  }

  /**
   * Silence counts only once all that had arrived was read, after a pause of ours too: a stall of ours must not look like
   * one of the peer.
   */
  #onHoldTimer(): void {
    const connection = this.#connection;
    const expire = (): void => {
      if (this.#connection !== connection || this.#timers.isRunning("hold")) return;
      const why = this.#state === "OpenSent" ? "the peer sent no OPEN" : "nothing heard within the hold time";
      this.feed({ name: "HoldTimer_Expires", why });
    };
    if (connection) connection.afterArrived(expire);
    else expire();
  }

  /** Once up, the agreed hold time; before, no longer than the peer may take for its first KEEPALIVE. */
  #startHold(): void {
    if (rank[this.#state] < rank.OpenConfirm) {
      const agreed = this.#negotiated?.holdTimeSeconds || timerDefaults.largeHold;
      this.#timers.start("hold", seconds(Math.min(agreed, timerDefaults.largeHold)));
      return;
    }
    const spans = liveness(this.#negotiated?.holdTimeSeconds ?? 0, this.#host.ports.random);
    if (spans) this.#timers.start("hold", spans.hold);
    else this.#timers.stop("hold");
  }

  /** The first one may be put off; the timer then sends it (RFC 4271 8.2.2, OpenConfirm, Event 11). */
  #sendKeepalive(): void {
    if (this.#isDeferring && rank[this.#state] < rank.OpenConfirm) return;
    this.#isDeferring = false;
    this.#send(writeKeepalive);
  }

  #startKeepalive(): void {
    const { random } = this.#host.ports;
    const spans = liveness(this.#negotiated?.holdTimeSeconds ?? 0, random);
    if (this.#isDeferring) this.#timers.start("keepalive", jittered(seconds(timerDefaults.rival), random));
    else if (spans) this.#timers.start("keepalive", spans.keepalive);
    else this.#timers.stop("keepalive");
  }

  #startConnectRetry(): void {
    const { config, random } = this.#host.ports;
    if (this.direction === "inbound" || config.passive) return;
    this.#timers.start("connectRetry", jittered(seconds(config.connectRetrySeconds), random));
  }

  #sendOpen(): void {
    this.#sentOpen ??= this.#host.localOpen();
    const open = this.#sentOpen;
    this.#send((writer) => writeOpen(writer, open));
  }

  #notify(what: Notification | undefined): void {
    if (!what) return;
    const limit = this.#negotiated?.maxMessageLength;
    this.#send((writer) => writeNotification(writer, what, limit));
    this.#host.onNotificationSent(what);
  }

  #notifyFsm(messageType: number | undefined): void {
    const data = Uint8Array.from(messageType === undefined ? [] : [messageType]);
    this.#notify(notification(errorCode.fsm, fsmSubcode[this.#state] ?? fsmError.unspecific, data));
  }

  #send(write: (writer: Writer) => void): void {
    const connection = this.#connection;
    if (!connection) return;
    write(this.#writer.reset());
    const bytes = this.#writer.take();
    connection.write(bytes);
    this.#urgentBytes += bytes.length;
    const { counters } = this.#host;
    counters.octetsOut += bytes.length;
    countMessage(counters.messagesOut, bytes[18]!);
    this.#sendHold?.wrote();
  }

  #drop(): void {
    this.#timers.stopAll();
    this.#sendHold?.stop();
    this.#sendHold = undefined;
    this.#isPaused = false;
    this.#cancelDial?.();
    this.#cancelDial = undefined;
    const connection = this.#connection;
    this.#connection = undefined;
    this.#bulk = undefined;
    this.#sentOpen = undefined;
    this.#isDeferring = false;
    this.#heldKeepalive = undefined;
    connection?.close();
  }

  /** Loses a collision (RFC 4271 6.8): says so when OPEN was sent. */
  dump(): void {
    this.feed(collisionLost);
  }
}
