import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { CommitResult, Compare, Entry, Put, Revision, Snapshot, StoreEvent } from "../../store.ts";
import { pragmas, schema } from "./schema.ts";

/** Comes after every text that starts with the prefix it is put behind. */
const lastCharacter = "\u{10ffff}";

interface Row {
  readonly key: string;
  readonly value: string | null;
  readonly revision: number;
}

interface Counters {
  readonly revision: Revision;
  readonly compacted: Revision;
}

/** What a watcher reads of the log. */
export type Tail =
  | { readonly compacted: true }
  | { readonly compacted: false; readonly events: readonly StoreEvent[]; readonly upTo: Revision };

/** The SQLite file as a store, synchronous: every method is one transaction. Throws SQLite's errors as they are. */
export class Database {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #keep: number;

  /** `keep`: how many revisions of history stay. */
  constructor(path: string, keep: number) {
    this.#db = new DatabaseSync(path);
    this.#keep = keep;
    this.#db.exec(pragmas);
    this.#db.exec(`BEGIN IMMEDIATE; ${schema} COMMIT;`);
  }

  get(key: string): Entry | undefined {
    const row = this.#sql("SELECT key, value, revision FROM entry WHERE key = ?").get(key);
    return row === undefined ? undefined : ({ ...row } as unknown as Entry);
  }

  list(prefix: string): Snapshot {
    return this.#transaction("DEFERRED", () => {
      const rows = this.#sql("SELECT key, value, revision FROM entry WHERE key >= ? AND key < ? ORDER BY key");
      const entries = rows.all(prefix, prefix + lastCharacter) as unknown as Entry[];
      return { entries, revision: this.counters().revision };
    });
  }

  counters(): Counters {
    return this.#sql("SELECT revision, compacted FROM meta").get() as unknown as Counters;
  }

  /** At most `limit` revisions of what happened under a prefix after a revision. */
  tail(prefix: string, after: Revision, limit: number): Tail {
    return this.#transaction("DEFERRED", () => {
      const { revision, compacted } = this.counters();
      // Ahead of us: the file was restored from a copy, and the watcher knows a future that never was.
      if (after < compacted || after > revision) return { compacted: true };
      const upTo = Math.min(revision, after + limit);
      const rows = this.#sql(
        "SELECT key, value, revision FROM log WHERE revision > ? AND revision <= ? AND key >= ? AND key < ? ORDER BY revision, step",
      ).all(after, upTo, prefix, prefix + lastCharacter) as unknown as Row[];
      return { compacted: false, events: rows.map(eventOf), upTo: Math.max(upTo, after) };
    });
  }

  /** `now`: milliseconds of the wall clock, from which a ttl counts. */
  commit(compares: readonly Compare[], puts: readonly Put[], deletes: readonly string[], now: number): CommitResult {
    return this.#transaction("IMMEDIATE", () => {
      const met = compares.map(({ key }) => this.get(key));
      if (compares.some((compare, i) => (met[i]?.revision ?? 0) !== compare.revision)) {
        return { committed: false, found: met.filter((entry) => entry !== undefined) };
      }
      return { committed: true, revision: this.#apply(puts, deletes, now) };
    });
  }

  /** When the next key expires, in milliseconds of the wall clock; undefined when none does. */
  nextExpiry(): number | undefined {
    const row = this.#sql("SELECT min(expires) AS at FROM entry WHERE expires IS NOT NULL").get();
    return (row as unknown as { readonly at: number | null }).at ?? undefined;
  }

  /** Deletes what has expired. */
  expire(now: number): void {
    this.#transaction("IMMEDIATE", () => {
      const rows = this.#sql("SELECT key FROM entry WHERE expires <= ?").all(now) as unknown as {
        readonly key: string;
      }[];
      this.#apply(
        [],
        rows.map(({ key }) => key),
        now,
      );
    });
  }

  /** Forgets history up to and with a revision. */
  compact(revision: Revision): void {
    this.#transaction("IMMEDIATE", () => this.#forget(revision));
  }

  close(): void {
    this.#db.close();
  }

  #apply(puts: readonly Put[], deletes: readonly string[], now: number): Revision {
    const revision = this.counters().revision + 1;
    const log = this.#sql("INSERT INTO log VALUES (?, ?, ?, ?)");
    let step = 0;
    for (const key of deletes) {
      if (this.#sql("DELETE FROM entry WHERE key = ?").run(key).changes > 0) log.run(revision, step++, key, null);
    }
    const put = this.#sql("INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?)");
    for (const { key, value, ttlSeconds } of puts) {
      put.run(key, value, revision, ttlSeconds === undefined ? null : Math.ceil(now + ttlSeconds * 1000));
      log.run(revision, step++, key, value);
    }
    if (step === 0) return revision - 1;
    this.#sql("UPDATE meta SET revision = ?").run(revision);
    if (revision % 64 === 0 && revision > this.#keep) this.#forget(revision - this.#keep);
    return revision;
  }

  #forget(revision: Revision): void {
    this.#sql("UPDATE meta SET compacted = max(compacted, min(?, revision))").run(revision);
    this.#sql("DELETE FROM log WHERE revision <= (SELECT compacted FROM meta)").run();
  }

  #transaction<T>(mode: "DEFERRED" | "IMMEDIATE", act: () => T): T {
    this.#db.exec(`BEGIN ${mode}`);
    try {
      const result = act();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  #sql(text: string): StatementSync {
    const known = this.#statements.get(text);
    if (known) return known;
    const made = this.#db.prepare(text);
    this.#statements.set(text, made);
    return made;
  }
}

function eventOf({ key, value, revision }: Row): StoreEvent {
  return value === null ? { kind: "delete", key, revision } : { kind: "put", key, value, revision };
}
