import type { Action } from "./action.ts";
import type { Expectation } from "./expectation.ts";
import type { Topology } from "./topology.ts";

/** A story in chapters: each does some things and then expects some. All data, so that any driver can play it. */
export interface Scenario {
  readonly topology: Topology;
  readonly chapters: readonly Chapter[];
}

/** A titled piece of a scenario, played in order. */
export interface Chapter {
  readonly title: string;
  /** One sentence for whoever watches: what happens here and why it matters. */
  readonly about: string;
  readonly steps: readonly Step[];
}

/** An action, or an expectation with the time it may take to come true. */
export type Step = Action | (Expectation & { readonly withinSeconds: number });
