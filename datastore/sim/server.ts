import type { Cancel, Clock } from "../../lib/clock.ts";
import { seconds } from "../../lib/unit.ts";
import type { CommitResult, Compare, Put, Revision } from "../store.ts";
import { History } from "./history.ts";

/**
 * A store's server in memory, shared by any number of `SimStore` clients. Keeps the promises of a real one (one order of
 * revisions, commits whole, ttl by the clock) and breaks only what a real one may break, when told: it forgets history
 * (`compact`), and lets others write first (`beforeCommit`).
 */
export class SimServer {
  readonly history = new History();
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  readonly #expiries = new Map<string, Cancel>();
  /** Called before each commit is looked at: write here what a competitor writes first. Called once, then forgotten. */
  beforeCommit: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  commit(compares: readonly Compare[], puts: readonly Put[], deletes: readonly string[]): CommitResult {
    const interpose = this.beforeCommit;
    this.beforeCommit = undefined;
    interpose?.();
    const found = this.history.refusal(compares);
    if (found) return { committed: false, found };
    this.history.apply(puts, deletes);
    for (const key of deletes) this.#forgetExpiry(key);
    for (const put of puts) this.#expire(put);
    for (const listener of this.#listeners) listener();
    return { committed: true, revision: this.history.revision };
  }

  /** Forgets history up to and with a revision, as an operator's compaction does; all of it when none is given. */
  compact(revision: Revision = this.history.revision): void {
    this.history.compact(revision);
    for (const listener of this.#listeners) listener();
  }

  /** Calls back after every change. */
  subscribe(listener: () => void): Cancel {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #forgetExpiry(key: string): void {
    this.#expiries.get(key)?.();
    this.#expiries.delete(key);
  }

  #expire(put: Put): void {
    this.#forgetExpiry(put.key);
    if (put.ttlSeconds === undefined) return;
    const cancel = this.#clock.after(seconds(put.ttlSeconds), () => {
      this.#expiries.delete(put.key);
      this.commit([], [], [put.key]);
    });
    this.#expiries.set(put.key, cancel);
  }
}
