import { invariant } from "../../lib/error.ts";
import { millis } from "../../lib/unit.ts";
import type { CloseCause, Connection, ConnectionListener, Endpoint } from "../wire.ts";
import type { SimNetwork } from "./wire.ts";

/** Octets that may wait to be sent before `write` answers false, and that may be under way unread. */
const SEND_BUFFER = 64 * 1024;
const WINDOW = 128 * 1024;
const CLOSE_WITHIN_MS = 2000;

/** Both ends of a new connection: the caller's and the callee's. */
export function connectedPair(network: SimNetwork, caller: Endpoint, callee: Endpoint): [SimEnd, SimEnd] {
  const one = new SimEnd(network, caller, callee);
  const two = new SimEnd(network, callee, caller);
  one.join(two);
  two.join(one);
  return [one, two];
}

/** One end of a connection in memory. See wire.ts for what it keeps and what it breaks. */
export class SimEnd implements Connection {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly #network: SimNetwork;
  #peer!: SimEnd;
  #listener: ConnectionListener | undefined;
  #state: "open" | "closing" | "closed" | "vanished" = "open";
  /** Written, not yet under way. */
  #queue: Uint8Array[] = [];
  #queued = 0;
  /** Under way to the peer, or with it unread. */
  #inFlight = 0;
  #lastArrival = 0;
  #wantsDrain = false;
  #finSent = false;
  /** Arrived, not yet told: before `listen`, or while paused. */
  #arrived: Uint8Array[] = [];
  #isPaused = false;
  #waiting: (() => void)[] = [];
  #fate: { readonly cause: CloseCause; readonly why: string } | undefined;

  constructor(network: SimNetwork, local: Endpoint, remote: Endpoint) {
    this.#network = network;
    this.local = local;
    this.remote = remote;
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
    if (this.#state !== "open") return true;
    this.#queue.push(bytes.slice());
    this.#queued += bytes.length;
    this.#soon(() => this.pump());
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
    this.#soon(() => this.pump());
    this.#network.clock.after(millis(CLOSE_WITHIN_MS), () => {
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
    this.#network.clock.after(this.#network.delay(), () => this.#peer.#end("failed", why));
  }

  /** The host is gone; nobody is told. */
  vanish(): void {
    this.#state = "vanished";
    this.#queue = [];
  }

  /** Puts under way what fits, cut into pieces, each no earlier than the one before. */
  pump(): void {
    if (this.#state === "closed" || this.#state === "vanished" || this.#isCut()) return;
    while (this.#queue.length > 0 && this.#inFlight < WINDOW) this.#launch();
    if (this.#state === "closing" && this.#queue.length === 0 && !this.#finSent) {
      this.#finSent = true;
      this.#state = "closed";
      this.#arriveLater(() => this.#peer.#end("ended", "the peer closed the connection"));
    }
    if (this.#wantsDrain && this.#queue.length === 0 && this.#state === "open") {
      this.#wantsDrain = false;
      this.#soon(() => this.#state === "open" && this.#listener?.onDrain());
    }
  }

  #launch(): void {
    const { random, options } = this.#network;
    const head = this.#queue[0]!;
    const longest = Math.min(options.maxPiece ?? head.length, head.length);
    const size = options.maxPiece ? 1 + Math.floor(random() * longest) : longest;
    const piece = head.subarray(0, size);
    if (size === head.length) this.#queue.shift();
    else this.#queue[0] = head.subarray(size);
    this.#queued -= size;
    this.#inFlight += size;
    this.#arriveLater(() => this.#peer.#onPiece(piece));
  }

  /** What is on its way, oldest first: whichever timer fires, the oldest arrives. */
  readonly #transit: (() => void)[] = [];

  #arriveLater(arrive: () => void): void {
    const { clock } = this.#network;
    this.#lastArrival = Math.max(this.#lastArrival, clock.now() + this.#network.delay());
    this.#transit.push(arrive);
    const due = (): void => {
      // A cut holds back what is under way; it arrives once the cut is healed.
      if (this.#isCut()) clock.after(millis(100), due);
      else this.#transit.shift()?.();
    };
    clock.after(millis(this.#lastArrival - clock.now()), due);
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
      this.#peer.#soon(() => this.#peer.pump());
      // A copy that is spoilt afterwards: whoever keeps the wire's buffer shall notice.
      const lent = piece.slice();
      this.#listener.onData(lent, 0, lent.length);
      lent.fill(0xee);
    }
    if (!this.#listener || this.#isPaused || this.#arrived.length > 0) return;
    for (const then of this.#waiting.splice(0)) this.#soon(() => this.#state === "open" && then());
    this.#tellFate();
  }

  #tellFate(): void {
    const fate = this.#fate;
    if (!fate || !this.#listener || this.#state !== "open") return;
    this.#state = "closed";
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

  #abort(): void {
    this.#state = "closed";
    this.#queue = [];
    this.#queued = 0;
    this.#network.clock.after(this.#network.delay(), () => this.#peer.#end("failed", "connection reset by peer"));
  }

  #isCut(): boolean {
    return this.#network.isCut(this.local.address, this.remote.address);
  }

  #soon(then: () => void): void {
    this.#network.clock.after(millis(0), then);
  }
}
