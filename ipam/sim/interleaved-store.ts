import type { CommitResult, Compare, Entry, Put, Snapshot, Store, Watch } from "../../datastore/store.ts";
import { StoreUnavailable } from "../../datastore/store.ts";
import type { Random } from "../../lib/random.ts";

interface Waiting {
  readonly act: () => Promise<void>;
}

/**
 * Decides in which order the operations of several clients reach one store. Keeps what a store promises: each operation
 * is whole, a client's own order is its own doing. Breaks only the order between clients, by a seed.
 */
export class Interleaver {
  readonly #random: Random;
  readonly #waiting: Waiting[] = [];
  #scheduled = false;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Performs an operation when its turn comes. */
  turn<T>(act: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#waiting.push({ act: () => act().then(resolve, reject) });
    if (!this.#scheduled) {
      this.#scheduled = true;
      void this.#drain();
    }
    return promise;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      // Let every client that is about to ask, ask: more orders are possible then.
      for (let i = 0; i < 20; i++) await Promise.resolve();
      const [next] = this.#waiting.splice(Math.floor(this.#random() * this.#waiting.length), 1);
      await next!.act();
    }
    this.#scheduled = false;
  }
}

/** How a commit of an unlucky client ends: as it should, before it happened, or after it happened but unanswered. */
export type CommitFate = "done" | "not-done" | "unanswered";

/** A client of a store whose operations wait for their turn, and whose commits may meet a fate. Watches pass through. */
export class InterleavedStore implements Store {
  readonly #store: Store;
  readonly #interleaver: Interleaver;
  /** Asked before each commit. */
  fate: () => CommitFate = () => "done";
  /** Operations so far: round trips to a store over a network. */
  operations = 0;

  constructor(store: Store, interleaver: Interleaver) {
    this.#store = store;
    this.#interleaver = interleaver;
  }

  get(key: string): Promise<Entry | undefined> {
    return this.#turn(() => this.#store.get(key));
  }

  list(prefix: string): Promise<Snapshot> {
    return this.#turn(() => this.#store.list(prefix));
  }

  commit(compares: readonly Compare[], puts: readonly Put[], deletes: readonly string[]): Promise<CommitResult> {
    return this.#turn(async () => {
      const fate = this.fate();
      const lost = new StoreUnavailable("datastore/unavailable", "no answer in time", { operation: "commit" });
      if (fate === "not-done") throw lost;
      const result = await this.#store.commit(compares, puts, deletes);
      if (fate === "unanswered") throw lost;
      return result;
    });
  }

  watch(...asked: Parameters<Store["watch"]>): Watch {
    return this.#store.watch(...asked);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #turn<T>(act: () => Promise<T>): Promise<T> {
    this.operations++;
    return this.#interleaver.turn(act);
  }
}
