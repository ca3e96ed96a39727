import type { Cancel, Clock } from "../../lib/clock.ts";
import { seconds } from "../../lib/unit.ts";
import type { Family } from "../../net/family.ts";
import { type HelperAction, type HelperEvent, type HelperState, helperStep, noHelp } from "./graceful-restart.ts";

/** Runs the helper of one peer's graceful restart: its state, and its one timer. */
export class RestartHelper {
  readonly #clock: Clock;
  readonly #sweep: (family: Family, why: string) => void;
  #state: HelperState = noHelp;
  #cancel: Cancel | undefined;

  /** `sweep` hears which families' stale routes are to go. */
  constructor(clock: Clock, sweep: (family: Family, why: string) => void) {
    this.#clock = clock;
    this.#sweep = sweep;
  }

  get state(): HelperState {
    return this.#state;
  }

  on(event: HelperEvent): void {
    const { state, actions } = helperStep(this.#state, event);
    this.#state = state;
    for (const action of actions) this.#perform(action);
  }

  #perform(action: HelperAction): void {
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
