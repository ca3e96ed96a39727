import type { Clock } from "../../lib/clock.ts";
import { invariant } from "../../lib/error.ts";
import { type Millis, millis } from "../../lib/unit.ts";
import type { CloseCause, Connection, ConnectionListener, Endpoint } from "../wire.ts";
import type { SimPath } from "./path.ts";

/** Octets that may wait to be sent before `write` answers false, and that may be under way unread. */
const SEND_BUFFER = 64 * 1024;
const WINDOW = 128 * 1024;
const CLOSE_WITHIN_MS = 2000;

/** What a connection lives in: time, and the path between its hosts. */
export interface ConnectionTerms {
  readonly clock: Clock;
  readonly path: SimPath<SimEnd>;
  /** Longest piece into which writes are cut; undefined cuts nothing. */
  readonly maxPiece: number | undefined;
  /** Hears of everything that is written. */
  readonly onWrite: ((bytes: Uint8Array) => void) | undefined;
}

/** Both ends of a new connection: the caller's and the callee's. */
export function connectedPair(terms: ConnectionTerms, caller: Endpoint, callee: Endpoint): [SimEnd, SimEnd] {
  const one = new SimEnd(terms, caller, callee);
  const two = new SimEnd(terms, callee, caller);
  one.join(two);
  two.join(one);
  return [one, two];
}

/** Something under way to the peer: no earlier than `at`, and behind everything before it. */
interface Transit {
  readonly at: number;
  readonly arrive: () => void;
}

/** One end of a connection in memory. See wire.ts for what it keeps and what it breaks. */
export class SimEnd implements Connection {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly #clock: Clock;
  readonly #path: SimPath<SimEnd>;
  readonly #maxPiece: number | undefined;
  readonly #onWrite: ConnectionTerms["onWrite"];
  #peer!: SimEnd;
  #listener: ConnectionListener | undefined;
  #state: "open" | "closing" | "closed" | "vanished" = "open";
  /** Written, not yet under way. */
  #queue: Uint8Array[] = [];
  #queued = 0;
  #isPumpDue = false;
  /** Under way to the peer, or with it unread. */
  #inFlight = 0;
  #lastArrival = 0;
  #transit: Transit[] = [];
  #isTransitTimed = false;
  #wantsDrain = false;
  /** Arrived, not yet told: before `listen`, or while paused. */
  #arrived: Uint8Array[] = [];
  #isPaused = false;
  #waiting: (() => void)[] = [];
  #fate: { readonly cause: CloseCause; readonly why: string } | undefined;

  constructor({ clock, path, maxPiece, onWrite }: ConnectionTerms, local: Endpoint, remote: Endpoint) {
    this.#clock = clock;
    this.#path = path;
    this.#maxPiece = maxPiece;
    this.#onWrite = onWrite;
    this.local = local;
    this.remote = remote;
    path.users.add(this);
  }

  join(peer: SimEnd): void {
    this.#peer = peer;
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  get queuedBytes(): number {
    return this.#queued;
  }

  listen(listener: ConnectionListener): void {
    invariant(!this.#listener, "a connection has one listener");
    this.#listener = listener;
    this.#soon(() => this.#tellArrived());
  }

  write(bytes: Uint8Array): boolean {
    if (this.#state !== "open" || bytes.length === 0) return true;
    this.#onWrite?.(bytes);
    this.#queue.push(bytes.slice());
    this.#queued += bytes.length;
    this.#pumpSoon();
    if (this.#queued <= SEND_BUFFER) return true;
    this.#wantsDrain = true;
    return false;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#soon(() => this.#tellArrived());
  }

  afterArrived(then: () => void): void {
    if (this.#isPaused || this.#arrived.length > 0) this.#waiting.push(then);
    else this.#soon(() => this.#state === "open" && then());
  }

  close(): void {
    if (this.#state !== "open") return;
    this.#state = "closing";
    this.#soon(() => this.#listener?.onClose("local", "closed by us"));
    this.#pumpSoon();
    this.#clock.after(millis(CLOSE_WITHIN_MS), () => {
      if (this.#state === "closing") this.#abort();
    });
  }

  reset(): void {
    if (this.#state !== "open") return;
    this.#soon(() => this.#listener?.onClose("local", "reset by us"));
    this.#abort();
  }

  /** Breaks from outside, at this end and then at the other. */
  fail(why: string): void {
    this.#end("failed", why);
    this.#later(() => this.#peer.#end("failed", why));
  }

  /** The host has forgotten it; nobody is told. */
  vanish(): void {
    this.#state = "vanished";
    this.#queue = [];
    this.#queued = 0;
    if (this.#path.isCut) this.#transit = [];
    this.#leave();
  }

  /** What was held back, and what has not left yet, goes on. */
  onHealed(after: Millis): void {
    if (this.#transit.length > 0) this.#armTransit(this.#clock.now() + after);
    this.#pumpSoon();
  }

  #pumpSoon(): void {
    if (this.#isPumpDue) return;
    this.#isPumpDue = true;
    this.#soon(() => {
      this.#isPumpDue = false;
      this.#pump();
    });
  }

  /** Puts under way what fits, cut into pieces, each no earlier than the one before. */
  #pump(): void {
    if (this.#state === "closed" || this.#state === "vanished" || this.#path.isCut) return;
    while (this.#queue.length > 0 && this.#inFlight < WINDOW) this.#launch();
    if (this.#state === "closing" && this.#queue.length === 0) {
      this.#state = "closed";
      this.#arriveLater(() => this.#peer.#end("ended", "the peer closed the connection"));
      if (this.#transit.length === 0) this.#leave();
    }
    if (this.#wantsDrain && this.#queue.length === 0 && this.#state === "open") {
      this.#wantsDrain = false;
      this.#soon(() => this.#state === "open" && this.#listener?.onDrain());
    }
  }

  #launch(): void {
    const head = this.#queue[0]!;
    const longest = Math.min(this.#maxPiece ?? head.length, head.length);
    const size = this.#maxPiece ? 1 + Math.floor(this.#path.random() * longest) : longest;
    const piece = head.subarray(0, size);
    if (size === head.length) this.#queue.shift();
    else this.#queue[0] = head.subarray(size);
    this.#queued -= size;
    this.#inFlight += size;
    this.#arriveLater(() => this.#peer.#onPiece(piece));
  }

  #arriveLater(arrive: () => void): void {
    const delay = this.#path.delay();
    if (delay === undefined) {
      // What TCP could not bring across in so many attempts is never told to the other end.
      this.#end("failed", "connection timed out");
      this.vanish();
      return;
    }
    this.#lastArrival = Math.max(this.#lastArrival, this.#clock.now() + delay);
    this.#transit.push({ at: this.#lastArrival, arrive });
    if (!this.#isTransitTimed) this.#armTransit(this.#lastArrival);
  }

  #armTransit(at: number): void {
    if (this.#isTransitTimed) return;
    this.#isTransitTimed = true;
    this.#clock.after(millis(at - this.#clock.now()), () => {
      this.#isTransitTimed = false;
      this.#arriveDue();
    });
  }

  /** A cut holds back what is under way; it arrives once the cut is healed. */
  #arriveDue(): void {
    if (this.#path.isCut) return;
    const now = this.#clock.now();
    while (this.#transit.length > 0 && this.#transit[0]!.at <= now) this.#transit.shift()!.arrive();
    if (this.#transit.length > 0) this.#armTransit(this.#transit[0]!.at);
    else if (this.#state === "closed" || this.#state === "vanished") this.#leave();
  }

  #onPiece(piece: Uint8Array): void {
    if (this.#state === "vanished") {
      this.#peer.#soon(() => this.#peer.#end("failed", "connection reset by peer"));
      return;
    }
    if (this.#state !== "open") return;
    this.#arrived.push(piece);
    this.#tellArrived();
  }

  #tellArrived(): void {
    while (this.#listener && !this.#isPaused && this.#state === "open" && this.#arrived.length > 0) {
      const piece = this.#arrived.shift()!;
      this.#peer.#inFlight -= piece.length;
      if (this.#peer.#queued > 0) this.#peer.#pumpSoon();
      // A copy that is spoilt afterwards: whoever keeps the wire's buffer shall notice.
      const lent = piece.slice();
      this.#listener.onData(lent, 0, lent.length);
      lent.fill(0xee);
    }
    if (!this.#listener || this.#isPaused || this.#arrived.length > 0) return;
    if (this.#waiting.length > 0) {
      for (const then of this.#waiting.splice(0)) this.#soon(() => this.#state === "open" && then());
    }
    this.#tellFate();
  }

  #tellFate(): void {
    const fate = this.#fate;
    if (!fate || !this.#listener || this.#state !== "open") return;
    this.#state = "closed";
    if (this.#transit.length === 0) this.#leave();
    this.#listener.onClose(fate.cause, fate.why);
  }

  /** Over: at once when it failed, behind everything that arrived when the peer closed. */
  #end(cause: CloseCause, why: string): void {
    if (this.#state === "closing") this.#state = "closed";
    if (this.#state !== "open") return;
    this.#fate ??= { cause, why };
    if (cause === "ended") this.#tellArrived();
    else this.#tellFate();
  }

  /** Whether the peer hears of it depends on whether a single packet passes now. */
  #abort(): void {
    this.vanish();
    if (this.#path.loses()) return;
    this.#state = "closed";
    this.#later(() => this.#peer.#end("failed", "connection reset by peer"));
  }

  #leave(): void {
    this.#path.users.delete(this);
  }

  #later(then: () => void): void {
    this.#clock.after(this.#path.delay() ?? millis(0), then);
  }

  #soon(then: () => void): void {
    this.#clock.after(millis(0), then);
  }
}
