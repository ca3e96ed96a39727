import type { Cancel, Clock } from "../../lib/clock.ts";
import { type Millis, millis, seconds } from "../../lib/unit.ts";
import type { Connection } from "../wire.ts";

/** How often within the span it is looked whether something has left. */
const LOOKS = 8;

/**
 * The send hold timer of one connection (RFC 9687 3): ends it when, for a whole span, octets waited and the kernel took
 * none. Told of writing and of draining; between, it looks now and then whether some were taken, so that nothing is done
 * per message and the span is exceeded by an eighth at most.
 */
export class SendHold {
  readonly #clock: Clock;
  readonly #connection: Connection;
  readonly #span: Millis;
  readonly #written: () => number;
  readonly #expire: () => void;
  #taken = 0;
  #since = 0;
  #cancel: Cancel | undefined;

  /** `written` is how many octets were given to the connection so far. */
  constructor(clock: Clock, connection: Connection, span: Millis, written: () => number, expire: () => void) {
    this.#clock = clock;
    this.#connection = connection;
    this.#span = span;
    this.#written = written;
    this.#expire = expire;
  }

  /** Something was given to the connection just now, or taken before it was. */
  wrote(): void {
    const waiting = this.#connection.queuedBytes;
    if (this.#cancel || waiting === 0) return;
    this.#taken = this.#written() - waiting;
    this.#since = this.#clock.now();
    this.#arm();
  }

  /** The kernel took all that was written before. */
  drained(): void {
    this.#since = this.#clock.now();
  }

  /** Nobody is to hear of it any more. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #arm(): void {
    this.#cancel = this.#clock.after(millis(this.#span / LOOKS), () => this.#look());
  }

  #look(): void {
    this.#cancel = undefined;
    const waiting = this.#connection.queuedBytes;
    if (waiting === 0) return;
    const now = this.#clock.now();
    const taken = this.#written() - waiting;
    if (taken > this.#taken) this.#since = now;
    this.#taken = taken;
    if (now - this.#since >= this.#span) this.#expire();
    else this.#arm();
  }
}

/**
 * The span: what is configured, else twice the hold time and 8 minutes at least (RFC 9687 4); undefined, so no timer at all,
 * when nothing is configured and the hold time is 0.
 */
export function sendHoldSpan(configured: number | undefined, holdTimeSeconds: number): Millis | undefined {
  if (configured !== undefined) return configured > 0 ? seconds(configured) : undefined;
  return holdTimeSeconds > 0 ? seconds(Math.max(480, 2 * holdTimeSeconds)) : undefined;
}
