import type { Cancel, Clock } from "../lib/clock.ts";
import type { Tell } from "../lib/fact.ts";
import type { Random } from "../lib/random.ts";
import { millis } from "../lib/unit.ts";
import { backoff } from "./backoff.ts";
import type { DatastoreFact } from "./fact.ts";
import type { Store, Watch, WatchMessage } from "./store.ts";
import { type EntryChanges, Sync } from "./sync.ts";

/** Who hears what a `Follower` follows. */
export interface Follow {
  changes(changes: EntryChanges): void;
  /** Everything that was there at the start has been told. Called once. */
  inSync(): void;
}

/** What a `Follower` needs beside the store. */
export interface FollowerPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly tell: Tell<DatastoreFact>;
}

/**
 * Follows everything under a prefix for as long as it runs: list, watch, list again when history is gone, try again while
 * the store is out of reach. A list is told in portions, with the loop free in between.
 */
export class Follower {
  readonly #store: Store;
  readonly #prefix: string;
  readonly #to: Follow;
  readonly #ports: FollowerPorts;
  readonly #sync = new Sync();
  #watch: Watch | undefined;
  #pause: Cancel | undefined;
  #told = false;
  /** Why the last list failed; the same is told once, however often it is tried. */
  #why: string | undefined;
  #stopped = false;

  constructor(store: Store, prefix: string, to: Follow, ports: FollowerPorts) {
    this.#store = store;
    this.#prefix = prefix;
    this.#to = to;
    this.#ports = ports;
  }

  start(): void {
    void this.#list(0);
  }

  stop(): void {
    this.#stopped = true;
    this.#watch?.cancel();
    this.#pause?.();
  }

  async #list(failures: number): Promise<void> {
    const { tell, random } = this.#ports;
    const prefix = this.#prefix;
    try {
      const snapshot = await this.#store.list(prefix);
      if (this.#stopped) return;
      this.#why = undefined;
      tell({ fact: "datastore.listed", prefix, entries: snapshot.entries.length, revision: snapshot.revision });
      this.#portion(this.#sync.listed(snapshot));
    } catch (error) {
      if (this.#stopped) return;
      const retry = backoff(failures, random);
      const why = error instanceof Error ? error.message : String(error);
      if (why !== this.#why) tell({ fact: "datastore.list-failed", prefix, why, retryMs: Math.round(retry) });
      this.#why = why;
      this.#pause = this.#ports.clock.after(retry, () => void this.#list(failures + 1));
    }
  }

  /** Tells one portion of a list and lets the loop turn before the next. */
  #portion(portions: Generator<EntryChanges>): void {
    const next = portions.next();
    if (next.done) {
      this.#listed();
      return;
    }
    this.#to.changes(next.value);
    if (this.#stopped) return;
    this.#pause = this.#ports.clock.after(millis(0), () => this.#portion(portions));
  }

  #listed(): void {
    if (!this.#told) {
      this.#told = true;
      this.#ports.tell({ fact: "datastore.in-sync", prefix: this.#prefix, revision: this.#sync.revision });
      this.#to.inSync();
    }
    if (this.#stopped) return;
    this.#watch = this.#store.watch(this.#prefix, this.#sync.revision, (message) => this.#hear(message));
  }

  #hear(message: WatchMessage): void {
    if (this.#stopped) return;
    const { tell } = this.#ports;
    const prefix = this.#prefix;
    if (message.kind === "interrupted") tell({ fact: "datastore.interrupted", prefix, why: message.why });
    if (message.kind === "resumed") tell({ fact: "datastore.resumed", prefix });
    const { changes, relist } = this.#sync.heard(message);
    if (changes.length > 0) this.#to.changes(changes);
    if (!relist) return;
    this.#watch?.cancel();
    tell({ fact: "datastore.compacted", prefix });
    void this.#list(0);
  }
}
