import { type Change, remove, set } from "../lib/change.ts";
import type { Entry, Revision, Snapshot, WatchMessage } from "./store.ts";

/** Changes of keys, in the order in which they are to be taken. */
export type EntryChanges = readonly Change<string, Entry>[];

/** What a message of the watch amounts to; `relist` when the watch is over and only a new list helps. */
export interface Heard {
  readonly changes: EntryChanges;
  readonly relist: boolean;
}

const nothing: Heard = { changes: [], relist: false };

/**
 * Makes one stream of changes out of lists and watches. It knows which revision of each key it told last, and tells only
 * what differs: a second list emits what changed, what appeared, and the deletion of what vanished in between. Pure.
 */
export class Sync {
  readonly #known = new Map<string, Revision>();
  #revision: Revision = 0;

  /** Everything up to this revision has been told. */
  get revision(): Revision {
    return this.#revision;
  }

  /** How many keys are there. */
  get size(): number {
    return this.#known.size;
  }

  /**
   * The difference between a list and what was told, in portions of at most `portion` changes: what is there, then what
   * vanished. Take all portions before the watch is started at the list's revision. Entries are let go as they are taken,
   * so that a large list need not stay in memory beside what is made of it.
   */
  listed(snapshot: Snapshot, portion = 1000): Generator<EntryChanges> {
    return this.#portions([...snapshot.entries].reverse(), snapshot.revision, portion);
  }

  *#portions(left: Entry[], revision: Revision, portion: number): Generator<EntryChanges> {
    const missing = this.#known.size > 0 ? new Set(this.#known.keys()) : undefined;
    let changes: Change<string, Entry>[] = [];
    for (let entry = left.pop(); entry; entry = left.pop()) {
      missing?.delete(entry.key);
      if (this.#known.get(entry.key) === entry.revision) continue;
      this.#known.set(entry.key, entry.revision);
      if (changes.push(set(entry.key, entry)) < portion) continue;
      yield changes;
      changes = [];
    }
    for (const key of missing ?? []) {
      this.#known.delete(key);
      if (changes.push(remove(key)) < portion) continue;
      yield changes;
      changes = [];
    }
    this.#revision = revision;
    if (changes.length > 0) yield changes;
  }

  /** What a message of the watch changes. What was told before, or by the list already, is not told again. */
  heard(message: WatchMessage): Heard {
    if (message.kind === "compacted") return { changes: [], relist: true };
    if (message.kind === "progress") this.#revision = Math.max(this.#revision, message.revision);
    if (message.kind !== "events") return nothing;
    const changes: Change<string, Entry>[] = [];
    for (const event of message.events) {
      if (event.revision <= this.#revision) continue;
      if (event.kind === "put") {
        const { key, value, revision } = event;
        this.#known.set(key, revision);
        changes.push(set(key, { key, value, revision }));
      } else if (this.#known.delete(event.key)) changes.push(remove(event.key));
    }
    this.#revision = Math.max(this.#revision, message.events.at(-1)?.revision ?? 0);
    return { changes, relist: false };
  }
}
