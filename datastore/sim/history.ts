import type { Compare, Entry, Put, Revision, Snapshot, StoreEvent } from "../store.ts";

/**
 * The contents of a store and what happened to them, in memory: the state machine behind `SimServer`. Promises what etcd
 * promises: one order of revisions, a commit whole or not at all, history back to the last compaction.
 */
export class History {
  readonly #entries = new Map<string, Entry>();
  #revisions: { readonly revision: Revision; readonly events: readonly StoreEvent[] }[] = [];
  #revision: Revision = 1;
  #compacted: Revision = 0;

  get revision(): Revision {
    return this.#revision;
  }

  get(key: string): Entry | undefined {
    return this.#entries.get(key);
  }

  list(prefix: string): Snapshot {
    const entries = [...this.#entries.values()].filter((entry) => entry.key.startsWith(prefix));
    return { entries: entries.sort((x, y) => (x.key < y.key ? -1 : 1)), revision: this.#revision };
  }

  /** The entries that compares met when one of them failed, else undefined. */
  refusal(compares: readonly Compare[]): readonly Entry[] | undefined {
    if (compares.every(({ key, revision }) => (this.#entries.get(key)?.revision ?? 0) === revision)) return undefined;
    return compares.flatMap(({ key }) => this.#entries.get(key) ?? []);
  }

  /** Does all puts and deletes as one revision; one without any effect makes none. */
  apply(puts: readonly Put[], deletes: readonly string[]): void {
    const revision = this.#revision + 1;
    const events: StoreEvent[] = [];
    for (const key of deletes) if (this.#entries.delete(key)) events.push({ kind: "delete", key, revision });
    for (const { key, value } of puts) {
      this.#entries.set(key, { key, value, revision });
      events.push({ kind: "put", key, value, revision });
    }
    if (events.length === 0) return;
    this.#revision = revision;
    this.#revisions.push({ revision, events });
  }

  /** Forgets what happened up to and with a revision. */
  compact(revision: Revision): void {
    this.#compacted = Math.max(this.#compacted, Math.min(revision, this.#revision));
    this.#revisions = this.#revisions.filter((each) => each.revision > this.#compacted);
  }

  /** What happened under a prefix after a revision, or "compacted" when that is forgotten or never was. */
  since(after: Revision, prefix: string): readonly StoreEvent[] | "compacted" {
    if (after < this.#compacted || after > this.#revision) return "compacted";
    const later = this.#revisions.filter((each) => each.revision > after);
    return later.flatMap((each) => each.events.filter((event) => event.key.startsWith(prefix)));
  }
}
