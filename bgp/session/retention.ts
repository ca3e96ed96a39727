import type { Cancel, Clock } from "../../lib/clock.ts";
import { seconds } from "../../lib/unit.ts";
import type { Family } from "../../net/family.ts";
import {
  nothingStale,
  type RetentionAction,
  type RetentionEvent,
  type RetentionState,
  retentionStep,
} from "./graceful-restart.ts";

/** Runs the helper of one peer's graceful restart: its state, and its one timer. */
export class Retention {
  readonly #clock: Clock;
  readonly #sweep: (family: Family, why: string) => void;
  #state: RetentionState = nothingStale;
  #cancel: Cancel | undefined;

  /** `sweep` hears which families' stale routes are to go. */
  constructor(clock: Clock, sweep: (family: Family, why: string) => void) {
    this.#clock = clock;
    this.#sweep = sweep;
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
    if (action.do === "sweep") {
      this.#sweep(action.family, action.why);
      return;
    }
    this.#cancel?.();
    this.#cancel = undefined;
    if (action.do === "start-timer") {
      const { fires } = action;
      this.#cancel = this.#clock.after(seconds(action.seconds), () => this.on({ on: fires }));
    }
  }
}
