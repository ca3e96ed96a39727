import type { Cancel, Clock } from "../lib/clock.ts";
import { type Millis, millis } from "../lib/unit.ts";

/** Pauses that double: the first after `least`, none longer than `most`; `reset` starts over. At most one runs. */
export class Backoff {
  readonly #clock: Clock;
  readonly #least: Millis;
  readonly #most: Millis;
  #next: Millis;
  #cancel: Cancel | undefined;

  constructor(clock: Clock, least: Millis, most: Millis) {
    this.#clock = clock;
    this.#least = least;
    this.#most = most;
    this.#next = least;
  }

  /** A pause is running. */
  get waiting(): boolean {
    return this.#cancel !== undefined;
  }

  /** Calls back after the next pause, unless one runs already. Answers how long the pause is; 0 when one was running. */
  wait(then: () => void): Millis {
    if (this.#cancel) return millis(0);
    const pause = this.#next;
    this.#next = millis(Math.min(this.#next * 2, this.#most));
    this.#cancel = this.#clock.after(pause, () => {
      this.#cancel = undefined;
      then();
    });
    return pause;
  }

  /** The next pause is a short one again; one that runs goes on. */
  reset(): void {
    this.#next = this.#least;
  }

  /** Gives up the pause that runs. */
  cancel(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
