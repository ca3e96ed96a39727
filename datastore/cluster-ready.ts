import type { Change } from "../lib/change.ts";
import type { ClusterInformation } from "./model/cluster-information.ts";

/**
 * Whether changes may be acted on: everything but an explicit `datastoreReady: false` means yes. False is how an operator
 * or a migration stops the whole cluster; a ClusterInformation that vanished is no such wish.
 */
export function isClusterReady(information: ClusterInformation | undefined): boolean {
  return information?.spec.datastoreReady !== false;
}

/**
 * Holds changes back while the cluster is paused, the last of each key, and lets them go in the order of their keys' first
 * change when it goes on. So memory is bounded by the number of keys. Give it everything except ClusterInformation.
 */
export class ReadyGate<K, V> {
  readonly #held = new Map<K, Change<K, V>>();
  readonly #emit: (changes: readonly Change<K, V>[]) => void;
  #ready = true;

  constructor(emit: (changes: readonly Change<K, V>[]) => void) {
    this.#emit = emit;
  }

  /** How many keys' changes wait. */
  get held(): number {
    return this.#held.size;
  }

  get ready(): boolean {
    return this.#ready;
  }

  setReady(ready: boolean): void {
    this.#ready = ready;
    if (!ready || this.#held.size === 0) return;
    const changes = [...this.#held.values()];
    this.#held.clear();
    this.#emit(changes);
  }

  on(changes: readonly Change<K, V>[]): void {
    if (this.#ready) {
      this.#emit(changes);
      return;
    }
    for (const change of changes) this.#held.set(change.key, change);
  }
}
