import type { Levels } from "../../lib/fact.ts";

/** What the cleaning of the connection table can say. */
export type ConntrackFact =
  /** Connections of addresses that an endpoint of this node lost were deleted. */
  | {
      readonly fact: "agent.flows-cut";
      readonly addresses: number;
      readonly flows: number;
      readonly millis: number;
    }
  /** They could not be deleted; tried again. Told once until it works. */
  | { readonly fact: "agent.flows-kept"; readonly addresses: number; readonly why: string }
  /** After a change of policy the established connections were judged again, and the denied ones deleted. */
  | {
      readonly fact: "agent.flows-judged";
      readonly flows: number;
      readonly denied: number;
      readonly millis: number;
    }
  /** That could not be done; tried again. */
  | { readonly fact: "agent.flows-not-judged"; readonly why: string };

/** How loud each of them is. */
export const conntrackLevels: Levels<ConntrackFact> = {
  "agent.flows-cut": "debug",
  "agent.flows-kept": "warn",
  "agent.flows-judged": "debug",
  "agent.flows-not-judged": "warn",
};
