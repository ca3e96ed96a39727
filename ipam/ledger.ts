import type { Entry, Revision, Snapshot, Store } from "../datastore/store.ts";

/** What was last seen at a path; revision 0 says that nothing was there. */
export interface Seen {
  readonly entry: Entry | undefined;
  readonly revision: Revision;
}

const nothing: Seen = { entry: undefined, revision: 0 };
/** Hints kept; beyond that all are forgotten at once, which costs round trips and nothing else. */
const hintLimit = 8192;

/**
 * Hints of what the store holds. They may be wrong at any time, since others write too; whoever acts on one lets the
 * commit compare its revision, and hears of the truth when it was wrong.
 */
export class Ledger {
  readonly #store: Store;
  readonly #seen = new Map<string, Seen>();
  readonly #decoded = new WeakMap<Entry, unknown>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** The hint for a path, without asking anybody. */
  hint(path: string): Seen | undefined {
    return this.#seen.get(path);
  }

  /** The hint for a path, or what the store says. */
  async read(path: string): Promise<Seen> {
    return this.#seen.get(path) ?? this.fetch(path);
  }

  /** What the store says now. */
  async fetch(path: string): Promise<Seen> {
    const entry = await this.#store.get(path);
    return this.learn(path, entry);
  }

  /** One consistent list; its entries do not become hints by themselves. */
  list(prefix: string): Promise<Snapshot> {
    return this.#store.list(prefix);
  }

  /** Remembers what is at a path, undefined for nothing. */
  learn(path: string, entry: Entry | undefined): Seen {
    const known = this.#seen.get(path);
    if (known && known.revision === (entry?.revision ?? 0)) return known;
    if (this.#seen.size >= hintLimit) this.#seen.clear();
    const seen = entry ? { entry, revision: entry.revision } : nothing;
    this.#seen.set(path, seen);
    return seen;
  }

  /** Remembers what was just written, and its value, so that it need not be read from text again. */
  learnWritten(entry: Entry, value: object): void {
    this.learn(entry.key, entry);
    this.#decoded.set(entry, value);
  }

  /** The value of an entry as `decode` reads it; read once for each entry, because blocks are long. */
  decoded<T>(entry: Entry, decode: (entry: Entry) => T): T {
    const known = this.#decoded.get(entry);
    if (known !== undefined) return known as T;
    const value = decode(entry);
    if (value !== undefined) this.#decoded.set(entry, value);
    return value;
  }

  /** The hint for one path is gone. */
  drop(path: string): void {
    this.#seen.delete(path);
  }

  /** Every hint is gone; the next reads ask the store. */
  forget(): void {
    this.#seen.clear();
  }
}
