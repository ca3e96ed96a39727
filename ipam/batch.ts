import type { Store } from "../datastore/store.ts";
import { ManxError } from "../lib/error.ts";
import { Draft } from "./draft.ts";
import { TooContended } from "./error.ts";
import type { Ledger } from "./ledger.ts";

/** etcd refuses more than 128 operations in a transaction; one operation adds at most a handful to this. */
const draftLimit = 80;
/** How often a batch is drawn up anew before it gives up; Calico's datastoreRetries. */
const attemptLimit = 100;

/** Draws up one operation; may be called several times, on drafts that never happen. */
export type Plan<T> = (draft: Draft) => Promise<T>;

interface Operation {
  readonly what: string;
  readonly plan: Plan<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** What the batches of one allocator hear: that hints were wrong, and which. */
export interface BatchEvents {
  /** These paths had moved on; `attempt` counts from 1. */
  readonly moved: (paths: readonly string[], attempt: number) => void;
  /** A batch has ended, well or not. */
  readonly done: () => void;
  /** Everything remembered is to be forgotten. */
  readonly forget: () => void;
}

/**
 * Carries operations to the store, those that wait together in one commit. One batch is under way at a time; what
 * arrives meanwhile forms the next one, so a burst costs few round trips and nobody waits for company.
 */
export class Batch {
  readonly #store: Store;
  readonly #ledger: Ledger;
  readonly #events: BatchEvents;
  readonly #waiting: Operation[] = [];
  #running = false;

  constructor(store: Store, ledger: Ledger, events: BatchEvents) {
    this.#store = store;
    this.#ledger = ledger;
    this.#events = events;
  }

  /**
   * Performs an operation and answers what its plan answered. @throws what the plan throws on facts fresh from the
   * store, TooContended, and the store's own errors; after StoreUnavailable the operation may or may not have happened.
   */
  submit<T>(what: string, plan: Plan<T>): Promise<T> {
    const done = Promise.withResolvers<unknown>();
    this.#waiting.push({ what, plan, resolve: done.resolve, reject: done.reject });
    if (!this.#running) void this.#run();
    return done.promise as Promise<T>;
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      const taken: Operation[] = [];
      try {
        await this.#perform(taken);
      } catch (error) {
        this.#events.forget();
        for (const operation of taken) operation.reject(error);
      }
      this.#events.done();
    }
    this.#running = false;
  }

  /** One batch to its end; `taken` fills with the operations that it took from the queue. */
  async #perform(taken: Operation[]): Promise<void> {
    let fresh = false;
    for (let attempt = 1; attempt <= attemptLimit; attempt++) {
      const draft = new Draft(this.#ledger, fresh);
      const answers = await this.#draw(draft, taken, fresh);
      if (!answers) {
        fresh = true;
        this.#events.forget();
        continue;
      }
      const moved = await draft.commit(this.#store);
      if (moved.length === 0) {
        for (const [operation, value] of answers) operation.resolve(value);
        return;
      }
      fresh = false;
      this.#events.moved(moved, attempt);
    }
    throw new TooContended(taken.map((operation) => operation.what).join(", "), attemptLimit);
  }

  /**
   * Draws up the operations taken and, while there is room, waiting ones. Undefined when one failed on hints, which may
   * have been wrong; one that fails on fresh facts is told so and leaves the batch.
   */
  async #draw(draft: Draft, taken: Operation[], fresh: boolean): Promise<Map<Operation, unknown> | undefined> {
    const answers = new Map<Operation, unknown>();
    let next = 0;
    while (draft.size < draftLimit) {
      if (next === taken.length) {
        const operation = this.#waiting.shift();
        if (!operation) break;
        taken.push(operation);
      }
      const operation = taken[next]!;
      const mark = draft.mark();
      try {
        answers.set(operation, await operation.plan(draft));
        next++;
      } catch (error) {
        draft.restore(mark);
        if (!(error instanceof ManxError) || !error.code.startsWith("ipam/")) throw error;
        if (!fresh) return undefined;
        operation.reject(error);
        taken.splice(next, 1);
      }
    }
    // What fitted before and does not now, because others filled blocks meanwhile, goes first next time.
    this.#waiting.unshift(...taken.splice(next));
    return answers;
  }
}
