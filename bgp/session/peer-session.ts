import type { Cancel } from "../../lib/clock.ts";
import type { Address } from "../../net/address.ts";
import type { Family } from "../../net/family.ts";
import { ceaseCode, errorCode, openError } from "../iana.ts";
import { cease, type Notification } from "../message/notification.ts";
import { notificationHint, sentHint } from "../message/notification-hint.ts";
import { describeNotification } from "../message/notification-text.ts";
import { type Open, openAsn } from "../message/open.ts";
import { writeRouteRefresh } from "../message/route-refresh.ts";
import type { UpdateFault } from "../message/update-fault.ts";
import type { UpdateScan } from "../message/update-scan.ts";
import type { Connection, Endpoint } from "../wire.ts";
import { type OtherConnection, resolveCollision, survivor } from "./collision.ts";
import { connectionHint, waitingText } from "./connection-hint.ts";
import type { ConnectionHost, OpenVerdict, SessionEvent, SessionPorts } from "./connection-host.ts";
import { lastErrorOf, SessionCounters } from "./counters.ts";
import { afterFailure, type FailureKind, restartDelay, undamped } from "./damping.ts";
import { downCause, failureKind } from "./failure.ts";
import { retainedFamilies } from "./graceful-restart.ts";
import { type MalformedMessage, MalformedRing } from "./malformed.ts";
import type { Negotiated } from "./negotiated.ts";
import { bareOpen, localOpen, validateOpen } from "./open.ts";
import { Retention } from "./retention.ts";
import type { Session, StopMode } from "./session.ts";
import type { LocalRestart } from "./session-config.ts";
import { SessionConnection } from "./session-connection.ts";
import type { DownReason, SessionListener } from "./session-listener.ts";
import { rank, type State } from "./state.ts";

/** A session's ports, and how our own restart stands whenever an OPEN is made. */
export interface PeerSessionPorts extends SessionPorts {
  readonly localRestart: () => LocalRestart;
}

/**
 * Everything between TCP and the RIB for one peer: our calls and the peer's, their collisions, when to call again, what
 * to keep while the peer restarts. At most one of its connections is Established at any time.
 */
export class PeerSession implements Session, ConnectionHost {
  ports: PeerSessionPorts;
  readonly counters = new SessionCounters();
  readonly #evidence = new MalformedRing();
  readonly #listener: SessionListener;
  readonly #retention: Retention;
  readonly #outbound: SessionConnection;
  #inbound: readonly SessionConnection[] = [];
  #established: SessionConnection | undefined;
  #isStarted = false;
  #isHeld = false;
  #cancelRestart: Cancel | undefined;
  #damping = undamped;
  #shown: State = "Idle";
  #why = "";
  /** The peer knows no optional parameters: the next OPEN has none (RFC 5492 3). */
  #isBareNext = false;
  #wasBare = false;
  /** What was found wrong with the UPDATE that is being taken. */
  #faults: readonly UpdateFault[] = [];

  constructor(ports: PeerSessionPorts, listener: SessionListener) {
    this.ports = ports;
    this.#listener = listener;
    this.#outbound = new SessionConnection("outbound", this);
    this.#retention = new Retention(ports.clock, {
      sweep: (family, why) => this.#sweep(family, why),
      markLongLived: (family) => listener.onLongLivedStale(family),
    });
  }

  get name(): string {
    return this.ports.config.name;
  }

  get state(): State {
    return this.#shown;
  }

  get negotiated(): Negotiated | undefined {
    return this.#established?.negotiated;
  }

  get local(): Endpoint | undefined {
    return this.#established?.local;
  }

  get localAddress(): Address | undefined {
    return this.#established?.localAddress;
  }

  get why(): string {
    if (this.#why !== "") return this.#why;
    const seconds = Math.floor((this.ports.clock.wall() - this.counters.changedAt) / 1000);
    return waitingText(this.#shown, seconds, this.ports.config);
  }

  get queuedBytes(): number {
    return this.#established?.queuedBytes ?? 0;
  }

  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#damping = undamped;
    const passive = this.ports.config.passive;
    const name = passive ? "ManualStart_with_PassiveTcpEstablishment" : "ManualStart";
    this.#outbound.feed({ name, why: "started" });
  }

  callAt(port: number): void {
    const { config } = this.ports;
    if (config.dial.remote.port === port) return;
    const dial = { ...config.dial, remote: { ...config.dial.remote, port } };
    this.ports = { ...this.ports, config: { ...config, dial } };
  }

  stop(how: StopMode): void {
    if (!this.#isStarted) return;
    this.#isStarted = false;
    this.#cancelTimer();
    const said = how.kind === "cease" ? cease(how.subcode, how.text) : undefined;
    const why = said ? `stopped: ${describeNotification(said)}` : "stopped";
    const event: SessionEvent = { name: "ManualStop", why, ...(said && { notification: said }) };
    for (const connection of [this.#outbound, ...this.#inbound]) connection.feed(event);
    this.#retention.stop();
    this.#show(event);
  }

  fail(said: Notification, why: string): void {
    this.#established?.feed({ name: "AutomaticStop", why, notification: said });
  }

  accept(connection: Connection): void {
    const refusal = !this.#isStarted ? "the session is stopped" : this.#isHeld ? "it failed a moment ago" : undefined;
    // A peer calls once at a time: a call of its that has not got to OPEN is dead when there is a new one.
    for (const one of this.#inbound) if (rank[one.state] <= rank.OpenSent && !refusal) this.#forget(one);
    if (refusal || this.#inbound.length >= 2) {
      const why = refusal ?? "two calls of the peer are open";
      this.ports.tell({ fact: "bgp.connection-refused", peer: this.name, why });
      connection.listen({ onData: () => {}, onDrain: () => {}, onClose: () => {} });
      connection.close();
      return;
    }
    const inbound = new SessionConnection("inbound", this);
    this.#inbound = [...this.#inbound, inbound];
    inbound.feed({ name: "AutomaticStart_with_PassiveTcpEstablishment", why: "the peer calls" });
    inbound.adopt(connection, this.#established !== undefined);
  }

  sendBulk(bytes: Uint8Array): boolean {
    return this.#established?.sendBulk(bytes) ?? true;
  }

  requestRefresh(family: Family): boolean {
    const terms = this.negotiated;
    if (!terms?.routeRefresh || !terms.families.includes(family)) return false;
    this.#established?.sendUrgent((writer) => writeRouteRefresh(writer, family));
    return true;
  }

  malformed(): readonly MalformedMessage[] {
    return this.#evidence.list();
  }

  noteFaults(faults: readonly UpdateFault[]): void {
    this.#faults = [...this.#faults, ...faults];
  }

  pauseReading(): void {
    this.#established?.pause();
  }

  resumeReading(): void {
    this.#established?.resumeReading();
  }

  localOpen(): Open {
    const bare = this.#isBareNext ? bareOpen(this.ports.config) : undefined;
    this.#isBareNext = false;
    this.#wasBare = bare !== undefined;
    return bare ?? localOpen(this.ports.config, this.ports.localRestart());
  }

  judgeOpen(connection: SessionConnection, open: Open): OpenVerdict {
    const fault = validateOpen(open, this.ports.config);
    if (fault) return fault;
    const { routerId: localRouterId, localAsn } = this.ports.config;
    const preferred = survivor({ localRouterId, localAsn, peerRouterId: open.routerId, peerAsn: openAsn(open) });
    let hasRival = false;
    for (const other of [this.#outbound, ...this.#inbound]) {
      if (other === connection) continue;
      if (other.state === "Connect" || other.state === "Active") other.park();
      else if (this.#collide(connection, open, other) === "lost") return "lost";
      else if (other.state === "OpenSent" && connection.direction !== preferred) hasRival = true;
    }
    return hasRival ? "welcome unless its rival is" : "welcome";
  }

  /** RFC 4271 6.8: only between connections which have both received OPEN. */
  #collide(newcomer: SessionConnection, open: Open, other: SessionConnection): "lost" | "goes on" {
    const agreed = other.negotiated;
    if (!agreed || (other.state !== "OpenConfirm" && other.state !== "Established")) return "goes on";
    const standing: OtherConnection = {
      direction: other.direction,
      state: other.state,
      establishedForMs: other.establishedForMs,
      isGraceful: (agreed.gracefulRestart?.families.length ?? 0) + (agreed.longLived?.families.length ?? 0) > 0,
      wasRestarting: agreed.gracefulRestart?.peerRestarting ?? false,
    };
    const isRestarting = open.capabilities.gracefulRestart?.restarting ?? false;
    const verdict = resolveCollision(newcomer.direction, isRestarting, standing, {
      localRouterId: agreed.localRouterId,
      localAsn: agreed.localAsn,
      peerRouterId: open.routerId,
      peerAsn: agreed.peerAsn,
    });
    if (verdict === "drop-newcomer") return "lost";
    if (verdict === "drop-other") other.dump();
    else this.#replace(other);
    return "goes on";
  }

  /** RFC 4724 4.2: the peer called anew, so the old session is over; TCP just closes. */
  #replace(old: SessionConnection): void {
    const why = "the peer has restarted and called anew";
    const agreed = old.negotiated;
    this.#forget(old);
    this.#down(agreed, { cause: "replaced", notification: undefined, why, hint: "" }, true);
  }

  #forget(connection: SessionConnection): void {
    connection.abandon();
    this.#inbound = this.#inbound.filter((one) => one !== connection);
  }

  onTransition(connection: SessionConnection, from: State, event: SessionEvent): void {
    const isLost = connection.state === "Idle" || event.name === "TcpConnectionFails";
    if (isLost) this.#onLost(connection, from, event);
    this.#show(event);
    if (connection.state === "Established") this.#onEstablished(connection);
  }

  #onEstablished(connection: SessionConnection): void {
    for (const other of [this.#outbound, ...this.#inbound]) {
      if (other === connection) continue;
      if (rank[other.state] >= rank.OpenSent) other.dump();
      else other.park();
    }
    this.#established = connection;
    this.#why = "";
    const terms = connection.negotiated!;
    const stalePathSeconds = this.ports.config.gracefulRestart?.stalePathSeconds ?? 0;
    this.counters.established++;
    this.#retention.up(terms, stalePathSeconds);
    const { peerAsn: asn, families, holdTimeSeconds } = terms;
    this.ports.tell({ fact: "bgp.session-up", peer: this.name, asn, families, holdTimeSeconds });
    this.#listener.onEstablished(terms);
  }

  /** A connection fell back: its routes, and whether and when to call again. */
  #onLost(connection: SessionConnection, from: State, event: SessionEvent): void {
    const { localAsn, holdTimeSeconds } = this.ports.config;
    const kind = failureKind(event);
    const received = event.name === "NotifMsg" || event.name === "NotifMsgVerErr" ? event.notification : undefined;
    // Who says that the way is lost (RFC 9384) has said what there is to say.
    const isTold = received !== undefined || event.notification?.subcode === ceaseCode.bfdDown;
    const sent = isTold ? undefined : (event.notification ?? downCause(event).notification);
    const hint =
      connectionHint(event.name, from, event.why, this.ports.config) ||
      (received ? notificationHint(received, { localAsn, holdTimeSeconds }) : sent ? sentHint(sent) : "");
    if (received) this.#onNotificationReceived(received, from);
    if (kind !== "collision") this.#why = hint ? `${event.why}: ${hint}` : event.why;
    const upMs = connection.establishedForMs ?? 0;
    for (const other of [this.#outbound, ...this.#inbound]) other.expedite();
    if (connection.direction === "inbound") this.#inbound = this.#inbound.filter((one) => one !== connection);
    if (from === "Established") {
      const { cause, notification } = downCause(event);
      this.#down(connection.negotiated, { cause, notification, why: event.why, hint }, this.#isStarted);
    }
    this.#reconsider(kind, from === "Established", upMs);
  }

  #down(agreed: Negotiated | undefined, reason: Omit<DownReason, "retains">, mayRetain: boolean): void {
    this.#established = undefined;
    const retained = mayRetain && agreed ? retainedFamilies(agreed, reason.notification) : [];
    const retains = this.#retention.down(retained);
    this.ports.tell({ fact: "bgp.session-down", peer: this.name, why: reason.why, hint: reason.hint });
    this.#listener.onDown({ ...reason, retains });
  }

  /** After a connection was lost: nothing while another one is on its way, else calls again when it is time. */
  #reconsider(kind: FailureKind, wasEstablished: boolean, upMs: number): void {
    if (!this.#isStarted) return;
    if ([this.#outbound, ...this.#inbound].some((one) => rank[one.state] >= rank.OpenSent)) return;
    this.#damping = afterFailure(this.#damping, kind, upMs);
    if (kind === "protocol") {
      this.#isHeld = true;
      if (this.#outbound.state !== "Idle") this.#outbound.abandon();
    }
    if (this.#outbound.state !== "Idle") {
      this.#outbound.resume();
      return;
    }
    const { config, clock, random } = this.ports;
    const delay = restartDelay(this.#damping, kind, wasEstablished, config.connectRetrySeconds, random);
    this.#cancelTimer();
    this.#isHeld = kind === "protocol";
    this.#cancelRestart = clock.after(delay, () => this.#restart());
  }

  #restart(): void {
    this.#isHeld = false;
    const passive = this.ports.config.passive;
    const name = passive ? "AutomaticStart_with_PassiveTcpEstablishment" : "AutomaticStart";
    this.#outbound.feed({ name, why: "trying again" });
    if (this.#inbound.some((one) => rank[one.state] >= rank.OpenConfirm)) this.#outbound.park();
  }

  #cancelTimer(): void {
    this.#cancelRestart?.();
    this.#cancelRestart = undefined;
    this.#isHeld = false;
  }

  #sweep(family: Family, why: string): void {
    this.ports.tell({ fact: "bgp.stale-swept", peer: this.name, family, why });
    this.#listener.onSweepStale(family, why);
  }

  /** Tells the state of the furthest connection when it has changed. */
  #show(event: SessionEvent): void {
    let furthest: State = this.#outbound.state;
    for (const { state } of this.#inbound) if (rank[state] > rank[furthest]) furthest = state;
    if (furthest === this.#shown) return;
    const from = this.#shown;
    this.#shown = furthest;
    this.counters.changedAt = this.ports.clock.wall();
    this.ports.tell({ fact: "bgp.session-state", peer: this.name, from, to: furthest, why: event.why });
    this.#listener.onStateChange(furthest, from, event.why);
  }

  #tellNotification(fact: "bgp.notification-sent" | "bgp.notification-received", what: Notification): void {
    const { code, subcode } = what;
    this.ports.tell({ fact, peer: this.name, code, subcode, text: describeNotification(what) });
  }

  /** RFC 5492 3: a peer that refuses our optional parameters is called once more without; then with them again. */
  #onNotificationReceived(received: Notification, from: State): void {
    this.counters.lastError = lastErrorOf("received", received, this.ports.clock.wall());
    this.#tellNotification("bgp.notification-received", received);
    const isParameter = received.code === errorCode.open && received.subcode === openError.optionalParameter;
    if (isParameter && rank[from] >= rank.OpenSent && bareOpen(this.ports.config)) this.#isBareNext = !this.#wasBare;
  }

  onNotificationSent(sent: Notification): void {
    this.counters.lastError = lastErrorOf("sent", sent, this.ports.clock.wall());
    this.#tellNotification("bgp.notification-sent", sent);
  }

  onUpdate(scan: UpdateScan, buf: Uint8Array, start: number, end: number): Notification | undefined {
    this.#faults = scan.faults;
    const answer = this.#listener.onUpdate(scan, buf);
    if (this.#faults.length > 0) this.onMalformed(buf, start, end, this.#faults);
    return answer;
  }

  onMalformed(buf: Uint8Array, start: number, end: number, faults: readonly UpdateFault[]): void {
    this.counters.malformed++;
    this.#evidence.add(this.ports.clock.wall(), buf, start, end, faults);
  }

  onEndOfRib(family: Family): void {
    this.#listener.onEndOfRib(family);
    this.#retention.endOfRib(family);
  }

  onRouteRefresh(family: Family, subtype: number): void {
    this.#listener.onRouteRefresh(family, subtype);
  }

  onDrain(): void {
    this.#listener.onDrain();
  }
}
