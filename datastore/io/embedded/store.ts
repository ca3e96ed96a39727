import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Cancel, Clock } from "../../../lib/clock.ts";
import type { Random } from "../../../lib/random.ts";
import { type Millis, millis } from "../../../lib/unit.ts";
import type { CommitResult, Compare, Entry, Put, Revision, Snapshot, Store, Watch, WatchMessage } from "../../store.ts";
import { StoreUnavailable } from "../../store.ts";
import { whenFree } from "./busy.ts";
import { Database } from "./database.ts";
import { wakeOnWrites } from "./waker.ts";
import { EmbeddedWatch } from "./watch.ts";

/** Settings of an embedded store. */
export interface EmbeddedSettings {
  /** The file, on a local file system; made when absent, its folder too. */
  readonly path: string;
  /** How long another process may hold the file before an operation fails with StoreUnavailable. */
  readonly timeout?: Millis;
  /** Revisions of history kept for watches. */
  readonly historyLimit?: number;
  /** How often to look for other processes' writes, and for expired keys, when nothing woke us. */
  readonly poll?: Millis;
}

/**
 * A Store in one SQLite file, shared by all processes of a machine. Writers take turns; watches of other processes wake on
 * the write-ahead log. After a power cut the last commits may be gone, never a part of one.
 */
export class EmbeddedStore implements Store {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #timeout: Millis;
  readonly #settings: EmbeddedSettings;
  readonly #watches = new Set<EmbeddedWatch>();
  #opening: Promise<Database> | undefined;
  #database: Database | undefined;
  #stop: Cancel | undefined;
  #closed = false;

  constructor(settings: EmbeddedSettings, clock: Clock, random: Random) {
    this.#path = settings.path;
    this.#settings = settings;
    this.#clock = clock;
    this.#random = random;
    this.#timeout = settings.timeout ?? millis(10_000);
  }

  get(key: string): Promise<Entry | undefined> {
    return this.#operation("get", (database) => database.get(key));
  }

  list(prefix: string): Promise<Snapshot> {
    return this.#operation("list", (database) => database.list(prefix));
  }

  async commit(compares: readonly Compare[], puts: readonly Put[], deletes: readonly string[]): Promise<CommitResult> {
    const act = (database: Database) => database.commit(compares, puts, deletes, this.#clock.wall());
    const result = await this.#operation("commit", act);
    if (result.committed) this.#wake();
    return result;
  }

  watch(prefix: string, after: Revision, tell: (message: WatchMessage) => void): Watch {
    let watch: EmbeddedWatch | undefined;
    let cancelled = false;
    const start = (database: Database) => {
      if (cancelled) return;
      watch = new EmbeddedWatch(database, { prefix, after }, tell);
      this.#watches.add(watch);
      watch.wake();
    };
    const attempt = () => {
      this.#operation("watch", start).catch((error: unknown) => {
        if (cancelled || this.#closed) return;
        tell({ kind: "interrupted", why: error instanceof Error ? error.message : String(error) });
        this.#clock.after(this.#settings.poll ?? millis(500), attempt);
      });
    };
    attempt();
    return {
      cancel: () => {
        cancelled = true;
        watch?.cancel();
        if (watch) this.#watches.delete(watch);
      },
    };
  }

  /** Forgets history up to and with a revision. */
  compact(revision: Revision): Promise<void> {
    return this.#operation("compact", (database) => database.compact(revision));
  }

  close(): Promise<void> {
    this.#closed = true;
    for (const watch of this.#watches) watch.cancel();
    this.#watches.clear();
    this.#stop?.();
    this.#database?.close();
    this.#database = undefined;
    return Promise.resolve();
  }

  async #operation<T>(operation: string, act: (database: Database) => T): Promise<T> {
    const database = this.#database ?? (await this.#open());
    const open = () => {
      if (this.#closed) throw new StoreUnavailable("datastore/unavailable", "the store is closed", { operation });
      return act(database);
    };
    return whenFree(open, operation, this.#clock, this.#random, this.#timeout);
  }

  #open(): Promise<Database> {
    this.#opening ??= this.#openFile().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #openFile(): Promise<Database> {
    const open = () => {
      mkdirSync(dirname(this.#path), { recursive: true });
      return new Database(this.#path, this.#settings.historyLimit ?? 10_000);
    };
    const database = await whenFree(open, "open", this.#clock, this.#random, this.#timeout);
    if (this.#closed) database.close();
    else {
      this.#database = database;
      this.#stop = wakeOnWrites(this.#path, this.#settings.poll ?? 500, () => this.#look());
    }
    return database;
  }

  /** Something was written, or time has passed. */
  #look(): void {
    const database = this.#database;
    if (!database) return;
    try {
      const due = database.nextExpiry();
      if (due !== undefined && due <= this.#clock.wall()) database.expire(this.#clock.wall());
    } catch {
      // Busy, or out of order: the next look tries again, and operations report what is wrong.
    }
    this.#wake();
  }

  #wake(): void {
    for (const watch of this.#watches) watch.wake();
  }
}
