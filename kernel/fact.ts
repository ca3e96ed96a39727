import type { Levels } from "../lib/fact.ts";
import type { Family } from "../net/family.ts";
import { type DiscoveryFact, discoveryLevels } from "./router-discovery/fact.ts";

/** Everything the drivers of this room can say. Routes and keys are text, as `formatRoute` and the key functions print. */
export type KernelFact =
  | DiscoveryFact
  /** Somebody else's route has the key of one we want; ours waits until theirs is gone. */
  | { readonly fact: "kernel.route.conflict"; readonly route: string }
  /** The route that was in our way is gone; ours is written now. */
  | { readonly fact: "kernel.route.conflict-over"; readonly route: string }
  /** The kernel refused a write. Told once until it works; tried again with growing pauses. */
  | { readonly fact: "kernel.route.refused"; readonly route: string; readonly why: string; readonly errno: number }
  /** Somebody deleted a route of ours that is wanted; it is put back. */
  | { readonly fact: "kernel.route.repaired"; readonly route: string }
  /** A dump was read: how many routes of ours there are. */
  | { readonly fact: "kernel.fib.dumped"; readonly family: Family; readonly routes: number; readonly millis: number }
  /** Notifications or answers were lost; everything is dumped again. */
  | { readonly fact: "kernel.fib.overrun"; readonly why: string }
  /** The port broke; it is opened again after a pause. */
  | { readonly fact: "kernel.fib.failed"; readonly why: string; readonly retryMs: number }
  /** An object of another kind was refused. Told once until it works. */
  | { readonly fact: "kernel.set.refused"; readonly set: string; readonly key: string; readonly why: string }
  /** A dump of another kind failed; tried again. */
  | { readonly fact: "kernel.set.failed"; readonly set: string; readonly why: string };

/** How loud each of them is. */
export const kernelLevels: Levels<KernelFact> = {
  ...discoveryLevels,
  "kernel.route.conflict": "warn",
  "kernel.route.conflict-over": "info",
  "kernel.route.refused": "warn",
  "kernel.route.repaired": "warn",
  "kernel.fib.dumped": "debug",
  "kernel.fib.overrun": "warn",
  "kernel.fib.failed": "error",
  "kernel.set.refused": "warn",
  "kernel.set.failed": "warn",
};
