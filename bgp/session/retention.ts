import type { Cancel, Clock } from "../../lib/clock.ts";
import { millis, seconds } from "../../lib/unit.ts";
import { type Family, families } from "../../net/family.ts";
import {
  nothingStale,
  type Retained,
  type RetentionAction,
  type RetentionEvent,
  type RetentionState,
  type RetentionTimer,
  retentionStep,
} from "./graceful-restart.ts";
import type { Negotiated } from "./negotiated.ts";

/** A day: no timer runs longer at once. */
const LONGEST_TIMER_MS = 86_400_000;

/** Who hears what becomes of a restarting peer's routes. */
export interface RetentionListener {
  /** What is still stale of the family goes. */
  sweep(family: Family, why: string): void;
  /** What is stale of the family becomes the last choice (RFC 9494 4.2). */
  markLongLived(family: Family): void;
}

/** Runs the helper of one peer's graceful restart, family by family: its states and its timers. */
export class Retention {
  readonly #families: readonly FamilyRetention[];

  constructor(clock: Clock, listener: RetentionListener) {
    this.#families = families.map((family) => new FamilyRetention(family, clock, listener));
  }

  /** How one family stands. */
  state(family: Family): RetentionState {
    return this.#families.find((one) => one.family === family)!.state;
  }

  /** The session ended, and these families' routes are to be kept; answers those that really are. */
  down(retained: readonly Retained[]): readonly Family[] {
    const kept: Family[] = [];
    for (const one of this.#families) {
      const { restartSeconds = 0, staleSeconds = 0 } = retained.find(({ family }) => family === one.family) ?? {};
      one.on({ on: "down", restartSeconds, staleSeconds });
      if (one.state.is !== "none") kept.push(one.family);
    }
    return kept;
  }

  /** The peer is back. */
  up({ gracefulRestart, longLived }: Negotiated, stalePathSeconds: number): void {
    for (const one of this.#families) {
      const preserved = gracefulRestart?.forwardingPreserved.includes(one.family) ?? false;
      const again = longLived?.families.find(({ family }) => family === one.family);
      one.on({ on: "up", preserved, longLivedPreserved: again?.preserved ?? false, stalePathSeconds });
    }
  }

  endOfRib(family: Family): void {
    this.#families.find((one) => one.family === family)?.on({ on: "end-of-rib" });
  }

  /** Nothing is to be kept any more. */
  stop(): void {
    for (const one of this.#families) one.on({ on: "stopped" });
  }
}

/** One family: the state machine of graceful-restart.ts and its two timers. */
class FamilyRetention {
  readonly family: Family;
  readonly #clock: Clock;
  readonly #listener: RetentionListener;
  readonly #timers: { [T in RetentionTimer]: Cancel | undefined } = { phase: undefined, longLived: undefined };
  #state: RetentionState = nothingStale;

  constructor(family: Family, clock: Clock, listener: RetentionListener) {
    this.family = family;
    this.#clock = clock;
    this.#listener = listener;
  }

  get state(): RetentionState {
    return this.#state;
  }

  on(event: RetentionEvent): void {
    const { state, actions } = retentionStep(this.#state, event);
    this.#state = state;
    for (const action of actions) this.#perform(action);
  }

  #perform(action: RetentionAction): void {
    if (action.do === "sweep") this.#listener.sweep(this.family, action.why);
    else if (action.do === "mark-long-lived") this.#listener.markLongLived(this.family);
    else {
      this.#timers[action.timer]?.();
      this.#timers[action.timer] = undefined;
      if (action.do === "stop-timer") return;
      this.#arm(action.timer, this.#clock.now() + seconds(action.seconds), action.fires);
    }
  }

  /** A long-lived time may be longer than a timer can be. */
  #arm(timer: RetentionTimer, deadline: number, fires: Extract<RetentionAction, { do: "start-timer" }>["fires"]): void {
    const left = deadline - this.#clock.now();
    this.#timers[timer] = this.#clock.after(millis(Math.min(left, LONGEST_TIMER_MS)), () => {
      if (left > LONGEST_TIMER_MS) this.#arm(timer, deadline, fires);
      else this.on({ on: fires });
    });
  }
}
