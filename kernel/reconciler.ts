import type { Clock } from "../lib/clock.ts";
import { DeltaMap } from "../lib/delta-map.ts";
import type { Tell } from "../lib/fact.ts";
import { millis } from "../lib/unit.ts";
import { Backoff } from "./backoff.ts";
import { KernelError } from "./error.ts";
import type { KernelFact } from "./fact.ts";
import type { KernelChange, KernelSet } from "./kernel-set.ts";

/** What a reconciler keeps, and with what. */
export interface ReconcilerOptions<V> {
  /** What the objects are called in facts: `neighbours`, `rules`. */
  readonly name: string;
  readonly set: KernelSet<V>;
  readonly same: (x: V, y: V) => boolean;
  /** Whether an object that a dump lists is ours to delete when nobody wants it. Wanted ones are ours anyway. */
  readonly owns: (value: V) => boolean;
  readonly clock: Clock;
  readonly tell: Tell<KernelFact>;
}

/** Changes sent at once. */
const batchSize = 256;

/**
 * Keeps kernel objects of one kind as wanted: dumps, compares, writes what differs, tries again what was refused. The
 * same promises as the routes': creates and changes before deletes, nothing deleted before `allowDeletes`, at most one
 * pending change a key.
 */
export class Reconciler<V> {
  readonly #options: ReconcilerOptions<V>;
  readonly #delta: DeltaMap<string, V>;
  readonly #retry: Backoff;
  /** Refused last time: not tried again before the pause is over. */
  readonly #refused = new Set<string>();
  /** Refused and told so, until it works or is wanted no more. */
  readonly #told = new Set<string>();
  #mustDump = true;
  #running = false;
  /** Something came up while the work was running, perhaps just after it had found nothing to do. */
  #woken = false;
  #deletesAllowed = false;
  #closed = false;
  #settled: (() => void)[] = [];

  constructor(options: ReconcilerOptions<V>) {
    this.#options = options;
    this.#delta = new DeltaMap(options.same);
    this.#retry = new Backoff(options.clock, millis(100), millis(30_000));
  }

  /** This object should be there. Work begins with the first want. */
  want(key: string, value: V): void {
    this.#delta.want(key, value);
    this.#refused.delete(key);
    this.#kick();
  }

  /** This object should not be there; if it is ours it goes. */
  unwant(key: string): void {
    this.#delta.unwant(key);
    this.#refused.delete(key);
    this.#told.delete(key);
    this.#kick();
  }

  /** The plan is complete: what it does not hold may go. */
  allowDeletes(): void {
    this.#deletesAllowed = true;
    this.#kick();
  }

  /** Compares everything with the kernel again, and tries refused changes again at once. */
  resync(): void {
    this.#mustDump = true;
    this.#refused.clear();
    this.#kick();
  }

  /** Changes that wait, refused ones among them; withheld deletes not. */
  get pending(): number {
    return [...this.#ready()].length + this.#refused.size;
  }

  /** Resolves when there is nothing left to try for now. */
  settled(): Promise<void> {
    if (!this.#running) return Promise.resolve();
    return new Promise((resolve) => this.#settled.push(resolve));
  }

  /** Stops; the kernel keeps what it has. */
  close(): void {
    this.#closed = true;
    this.#retry.cancel();
  }

  #kick(): void {
    this.#woken = true;
    if (this.#running || this.#closed) return;
    this.#running = true;
    queueMicrotask(() => void this.#work());
  }

  async #work(): Promise<void> {
    try {
      while (!this.#closed && this.#woken) {
        this.#woken = false;
        while (!this.#closed && (this.#mustDump ? await this.#dump() : await this.#write()));
      }
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.#mustDump = true;
      if (!this.#closed) {
        this.#options.tell({ fact: "kernel.set.failed", set: this.#options.name, why: error.message });
        this.#pause();
      }
    }
    this.#running = false;
    for (const done of this.#settled.splice(0)) done();
    if (this.#refused.size > 0) this.#pause();
    else if (!this.#retry.waiting) this.#retry.reset();
  }

  #pause(): void {
    if (this.#closed) return;
    this.#retry.wait(() => {
      this.#refused.clear();
      this.#kick();
    });
  }

  async #dump(): Promise<boolean> {
    this.#mustDump = false;
    const there = await this.#options.set.dump();
    const ours = [...there].filter(
      ([key, value]) => this.#delta.wanted(key) !== undefined || this.#options.owns(value),
    );
    this.#delta.sawAll(ours);
    return true;
  }

  async #write(): Promise<boolean> {
    const batch: KernelChange<V>[] = [];
    for (const change of this.#ready()) if (batch.push(change) === batchSize) break;
    if (batch.length === 0) return false;
    const results = await this.#options.set.apply(batch);
    for (const [i, change] of batch.entries()) this.#wrote(change, results[i]);
    return true;
  }

  /** What may be sent now: sets first, deletes when there are no sets and they are allowed. */
  *#ready(): Generator<KernelChange<V>> {
    const deletes: KernelChange<V>[] = [];
    let sets = 0;
    for (const change of this.#delta.pending()) {
      const { kind, key } = change;
      if (this.#refused.has(key)) continue;
      if (kind === "delete") deletes.push({ kind, key, value: this.#delta.actual(key)! });
      else {
        sets++;
        yield change;
      }
    }
    if (sets === 0 && this.#deletesAllowed) yield* deletes;
  }

  #wrote({ kind, key, value }: KernelChange<V>, error: KernelError | undefined): void {
    if (!error) {
      this.#delta.saw(key, kind === "set" ? value : undefined);
      this.#told.delete(key);
      return;
    }
    // Wanted otherwise meanwhile: that may work.
    if (this.#delta.wanted(key) !== (kind === "set" ? value : undefined)) return;
    this.#refused.add(key);
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#options.tell({ fact: "kernel.set.refused", set: this.#options.name, key, why: error.message });
  }
}
