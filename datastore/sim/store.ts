import type { Clock } from "../../lib/clock.ts";
import { type Millis, millis } from "../../lib/unit.ts";
import type { CommitResult, Compare, Entry, Put, Revision, Snapshot, Store, Watch, WatchMessage } from "../store.ts";
import { StoreUnavailable } from "../store.ts";
import type { SimServer } from "./server.ts";
import { SimWatch } from "./watch.ts";

/** What a `SimStore` does wrong; may be changed at any time. */
export interface SimFaults {
  /** Nothing gets through: operations fail, watches are interrupted, until it is false again. */
  unavailable: boolean;
  /** How long an operation takes. The operation itself happens at the end of it. */
  latency: Millis;
  /** How long events take on their way; what happens meanwhile comes in one message. */
  eventDelay: Millis;
  /** The next commit happens, but its answer is lost: the caller hears StoreUnavailable. Then false again. */
  loseAnswer: boolean;
}

/**
 * A client of a `SimServer`. Keeps: whole revisions, in order, none lost, none twice. Breaks, when told: answers come late
 * or never, events come late and together, contact is lost and found again. Deterministic: time is the clock's alone.
 */
export class SimStore implements Store {
  readonly #server: SimServer;
  readonly #clock: Clock;
  readonly #watches = new Set<SimWatch>();
  readonly #faults: SimFaults = { unavailable: false, latency: millis(0), eventDelay: millis(0), loseAnswer: false };
  #closed = false;

  constructor(server: SimServer, clock: Clock) {
    this.#server = server;
    this.#clock = clock;
  }

  get faults(): Readonly<SimFaults> {
    return this.#faults;
  }

  /** Changes what goes wrong from now on. */
  set(faults: Partial<SimFaults>): void {
    Object.assign(this.#faults, faults);
    for (const watch of this.#watches) watch.wake();
  }

  get(key: string): Promise<Entry | undefined> {
    return this.#operation("get", () => this.#server.history.get(key));
  }

  list(prefix: string): Promise<Snapshot> {
    return this.#operation("list", () => this.#server.history.list(prefix));
  }

  commit(compares: readonly Compare[], puts: readonly Put[], deletes: readonly string[]): Promise<CommitResult> {
    return this.#operation("commit", () => {
      const result = this.#server.commit(compares, puts, deletes);
      if (!this.#faults.loseAnswer) return result;
      this.#faults.loseAnswer = false;
      throw new StoreUnavailable("datastore/unavailable", "the answer was lost", { operation: "commit" });
    });
  }

  watch(prefix: string, after: Revision, tell: (message: WatchMessage) => void): Watch {
    const watch = new SimWatch(this.#server, this.#clock, this.#faults, { prefix, after }, tell);
    this.#watches.add(watch);
    watch.wake();
    return {
      cancel: () => {
        watch.cancel();
        this.#watches.delete(watch);
      },
    };
  }

  close(): Promise<void> {
    this.#closed = true;
    for (const watch of this.#watches) watch.cancel();
    this.#watches.clear();
    return Promise.resolve();
  }

  #operation<T>(operation: string, act: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = () => {
        if (this.#closed || this.#faults.unavailable) {
          const why = this.#closed ? "the store is closed" : "the store is out of reach";
          return reject(new StoreUnavailable("datastore/unavailable", why, { operation }));
        }
        try {
          resolve(act());
        } catch (error) {
          reject(error);
        }
      };
      if (this.#faults.latency > 0) this.#clock.after(this.#faults.latency, run);
      else run();
    });
  }
}
