import type { CommitResult, Compare, Entry, Put, Snapshot, Store, Watch } from "../../datastore/store.ts";
import { StoreUnavailable } from "../../datastore/store.ts";
import type { Random } from "../../lib/random.ts";

/** How a client's commits end, as chances from 0 to 1; the rest ends well. */
export interface Mortality {
  /** Not done, and the caller hears so. */
  refused: number;
  /** Done, but the answer is lost. */
  unanswered: number;
  /** The client dies right before the commit, or right after it. */
  dies: number;
}

/**
 * A client that may die between any two of its writes, over any store. Keeps what the store promises; breaks the client: once dead, all
 * its operations fail, and what it had on its way may or may not have happened.
 */
export class MortalStore implements Store {
  readonly #store: Store;
  readonly #random: Random;
  readonly mortality: Mortality;
  #isDead = false;

  constructor(store: Store, random: Random, mortality: Mortality) {
    this.#store = store;
    this.#random = random;
    this.mortality = mortality;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  kill(): void {
    this.#isDead = true;
  }

  get(key: string): Promise<Entry | undefined> {
    return this.#alive("get", () => this.#store.get(key));
  }

  list(prefix: string): Promise<Snapshot> {
    return this.#alive("list", () => this.#store.list(prefix));
  }

  commit(compares: readonly Compare[], puts: readonly Put[], deletes: readonly string[]): Promise<CommitResult> {
    const { refused, unanswered, dies } = this.mortality;
    const lot = this.#random();
    if (lot < dies / 2) this.kill();
    const isDone = lot >= dies / 2 + refused;
    const isAnswered = lot >= dies + refused + unanswered;
    return this.#alive("commit", async () => {
      if (!isDone) throw lost("commit");
      const result = await this.#store.commit(compares, puts, deletes);
      if (lot >= dies / 2 + refused && lot < dies + refused) this.kill();
      if (!isAnswered) throw lost("commit");
      return result;
    });
  }

  watch(...asked: Parameters<Store["watch"]>): Watch {
    return this.#store.watch(...asked);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #alive<T>(operation: string, act: () => Promise<T>): Promise<T> {
    if (this.#isDead) throw lost(operation);
    const answer = await act();
    if (this.#isDead) throw lost(operation);
    return answer;
  }
}

function lost(operation: string): StoreUnavailable {
  return new StoreUnavailable("datastore/unavailable", "the client is dead, or its answer lost", { operation });
}
