import type { Cancel, Clock } from "../clock.ts";
import { type Millis, millis } from "../unit.ts";

interface Timer {
  readonly at: number;
  readonly seq: number;
  readonly fire: () => void;
}

/**
 * Time that moves only when told. Keeps a clock's promises (monotonic, a timer never early, never before `after` has
 * returned); timers due together fire in the order they were set.
 */
export class SimClock implements Clock {
  #now = 0;
  #seq = 0;
  readonly #epoch: number;
  readonly #due: Timer[] = [];

  constructor(epoch = Date.UTC(2026, 0, 1)) {
    this.#epoch = epoch;
  }

  now(): Millis {
    return millis(this.#now);
  }

  wall(): number {
    return this.#epoch + this.#now;
  }

  after(delay: Millis, fire: () => void): Cancel {
    const timer = { at: this.#now + Math.max(0, delay), seq: this.#seq++, fire };
    let at = this.#due.length;
    while (at > 0 && this.#due[at - 1]!.at > timer.at) at--;
    this.#due.splice(at, 0, timer);
    return () => {
      const index = this.#due.indexOf(timer);
      if (index >= 0) this.#due.splice(index, 1);
    };
  }

  /** When the next timer is due, or undefined when there is none. */
  next(): Millis | undefined {
    const first = this.#due[0];
    return first && millis(first.at);
  }

  /** Lets `by` pass, firing what comes due, also what those timers set. */
  advance(by: Millis): void {
    const until = this.#now + by;
    for (let timer = this.#due[0]; timer && timer.at <= until; timer = this.#due[0]) {
      this.#due.shift();
      this.#now = timer.at;
      timer.fire();
    }
    this.#now = until;
  }
}
