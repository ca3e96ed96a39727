import type { Stage } from "../rule.ts";
import type { ActiveRules } from "./active-rules.ts";

/** A policy or profile that somebody refers to, and the stage at which it is asked. */
export interface Need {
  readonly key: string;
  readonly stage: Stage;
}

/** What each endpoint needs of the node's rules, replaced whole: the new is held before the old is let go. */
export class Needs {
  readonly #rules: ActiveRules;
  readonly #held = new Map<string, readonly Need[]>();

  constructor(rules: ActiveRules) {
    this.#rules = rules;
  }

  /** The endpoint needs these now, each named once; none when it is gone. */
  set(endpoint: string, needs: readonly Need[]): void {
    for (const need of needs) this.#rules.need(need);
    for (const need of this.#held.get(endpoint) ?? []) this.#rules.unneed(need);
    if (needs.length > 0) this.#held.set(endpoint, needs);
    else this.#held.delete(endpoint);
  }
}
