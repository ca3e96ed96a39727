import type { BfdFact } from "../../bgp/bfd/fact.ts";
import type { BfdState, BfdWay } from "../../bgp/bfd/port.ts";

/** What the main thread asks of the thread that runs BFD. Watchers are numbers, given out once in a process. */
export type BfdOrder =
  /** Watch a way, or watch it under other terms; `cautious`: a session of a worker that died may stand at the peer. */
  | { readonly order: "watch"; readonly watcher: number; readonly way: BfdWay; readonly cautious: boolean }
  | { readonly order: "unwatch"; readonly watcher: number }
  /** Tell every peer that BFD is switched off, and end. */
  | { readonly order: "close" };

/** What the thread that runs BFD says. */
export type BfdReport =
  | { readonly report: "state"; readonly watcher: number; readonly state: BfdState }
  | { readonly report: "fact"; readonly fact: BfdFact };

/** How a worker is started. */
export interface BfdWorkerData {
  /** Path of the network namespace of its sockets; absent: our own. */
  readonly netns?: string;
}
