import type { Revision, WatchMessage } from "../../store.ts";
import { isBusy } from "./busy.ts";
import type { Database, Tail } from "./database.ts";

/** Revisions read in one go; more wait for the next turn of the loop. */
const batch = 1000;

/** A watch on the embedded store: reads the log from where it stands whenever it is woken. */
export class EmbeddedWatch {
  readonly #database: Database;
  readonly #prefix: string;
  readonly #tell: (message: WatchMessage) => void;
  #after: Revision;
  #due = false;
  #interrupted = false;
  #ended = false;

  constructor(
    database: Database,
    scope: { readonly prefix: string; readonly after: Revision },
    tell: (message: WatchMessage) => void,
  ) {
    this.#database = database;
    this.#prefix = scope.prefix;
    this.#after = scope.after;
    this.#tell = tell;
  }

  /** Looks for news in the next turn of the loop; many calls make one look. */
  wake(): void {
    if (this.#due || this.#ended) return;
    this.#due = true;
    setImmediate(() => {
      this.#due = false;
      if (!this.#ended) this.#look();
    });
  }

  cancel(): void {
    this.#ended = true;
  }

  #look(): void {
    let tail: Tail;
    try {
      tail = this.#database.tail(this.#prefix, this.#after, batch);
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (this.#interrupted) this.#tell({ kind: "resumed" });
    this.#interrupted = false;
    if (tail.compacted) {
      this.#ended = true;
      this.#tell({ kind: "compacted" });
      return;
    }
    if (tail.upTo === this.#after) return;
    const full = tail.upTo - this.#after >= batch;
    this.#after = tail.upTo;
    this.#tell(
      tail.events.length > 0 ? { kind: "events", events: tail.events } : { kind: "progress", revision: tail.upTo },
    );
    if (full) this.wake();
  }

  /** The next wake, at the latest the next poll, tries again. */
  #fail(error: unknown): void {
    if (isBusy(error)) return;
    if (this.#interrupted) return;
    this.#interrupted = true;
    this.#tell({ kind: "interrupted", why: error instanceof Error ? error.message : String(error) });
  }
}
