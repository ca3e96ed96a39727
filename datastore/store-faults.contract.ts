import assert from "node:assert/strict";
import type { Clock } from "../lib/clock.ts";
import { type Random, seededRandom } from "../lib/random.ts";
import type { DatastoreFact } from "./fact.ts";
import { Follower } from "./follower.ts";
import { type Account, type Attempt, Truth } from "./sim/truth.ts";
import {
  type Compare,
  type Entry,
  type Revision,
  type Snapshot,
  type Store,
  StoreUnavailable,
  type Watch,
  type WatchMessage,
} from "./store.ts";
import type { EntryChanges } from "./sync.ts";

/** A store, two clients of it, and what a test may do to one of them. */
export interface FaultBench {
  /** The client that faults are about. Its operations give up within a second or two. */
  readonly subject: Store;
  /** Another client; nothing is done to its connection. */
  readonly other: Store;
  /** Ends in a slash; nobody else writes below it. */
  readonly prefix: string;
  readonly clock: Clock;
  /** What can go wrong, beside compaction. Each goes away by itself or by `heal`. */
  readonly faults: readonly ((random: Random) => void | Promise<void>)[];
  /** Up to where history was forgotten, by whoever shares the server. */
  readonly horizon: { compacted: Revision };
  compact(revision: Revision): Promise<void>;
  heal(): Promise<void>;
  /** Lets a little time pass. */
  tick(): Promise<void>;
  stop(): Promise<void>;
}

/** What a walk met: so that a test can see that it met anything. */
export interface WalkTally {
  readonly commits: number;
  readonly unknown: number;
  readonly compacted: number;
  readonly interrupted: number;
}

/** A run of writes, lists and watches through faults, of which every word is checked in the end against the `Truth`. */
export class FaultWalk {
  readonly #bench: FaultBench;
  readonly #attempts: Attempt[] = [];
  readonly #lists: Snapshot[] = [];
  readonly #watches: { readonly after: Revision; readonly messages: WatchMessage[]; readonly watch: Watch }[] = [];
  readonly #running = new Set<Promise<unknown>>();
  readonly #known: Revision[] = [];
  readonly #held = new Map<string, Entry>();
  readonly #facts: DatastoreFact[] = [];
  readonly #follower: Follower;
  readonly #faults: string[] = [];
  #number = 0;
  #synced = 0;

  constructor(bench: FaultBench, random: Random) {
    this.#bench = bench;
    const to = { changes: (changes: EntryChanges) => this.#hear(changes), inSync: () => void this.#synced++ };
    const ports = { clock: bench.clock, random, tell: (fact: DatastoreFact) => void this.#facts.push(fact) };
    this.#follower = new Follower(bench.subject, bench.prefix, to, ports);
  }

  /** Notes where history begins, and starts to follow. */
  async start(): Promise<void> {
    this.#known.push((await this.#bench.other.list(this.#bench.prefix)).revision);
    this.#follower.start();
  }

  get running(): number {
    return this.#running.size;
  }

  /** Revisions that are known to be. */
  get known(): readonly Revision[] {
    return this.#known;
  }

  /** Asks for a commit. Its answer is noted when it comes; nobody waits for it unless told. */
  commit(
    by: Store,
    puts: readonly string[],
    deletes: readonly string[],
    compares: readonly Compare[] = [],
  ): Promise<void> {
    const n = this.#number++;
    const marker = `${this.#bench.prefix}marker/${String(n).padStart(4, "0")}`;
    const writes = puts.map((key) => ({ key: this.#bench.prefix + key, value: `${key} of ${n}` }));
    const gone = deletes.map((key) => this.#bench.prefix + key);
    const note = (answer: Attempt["answer"]) =>
      void this.#attempts.push({ compares, puts: writes, deletes: gone, marker, answer });
    const asked = by.commit(compares, [...writes, { key: marker, value: "" }], gone);
    return this.#run(
      asked.then(
        (result) => {
          note(result.committed ? result.revision : "refused");
          if (result.committed) this.#known.push(result.revision);
        },
        (error: unknown) => {
          note("unknown");
          this.#mustBeUnavailable(error);
        },
      ),
    );
  }

  /** Reads a key and writes it if nobody else did meanwhile. */
  async swap(by: Store, key: string): Promise<void> {
    const read = by.get(this.#bench.prefix + key).then(
      (entry) => this.commit(by, [key], [], [{ key: this.#bench.prefix + key, revision: entry?.revision ?? 0 }]),
      (error: unknown) => this.#mustBeUnavailable(error),
    );
    await this.#run(read);
  }

  list(): Promise<void> {
    const asked = this.#bench.subject.list(this.#bench.prefix);
    return this.#run(
      asked.then(
        (snapshot) => void this.#lists.push(snapshot),
        (error: unknown) => this.#mustBeUnavailable(error),
      ),
    );
  }

  watch(after: Revision): void {
    const messages: WatchMessage[] = [];
    const watch = this.#bench.subject.watch(this.#bench.prefix, after, (message) => messages.push(message));
    this.#watches.push({ after, messages, watch });
  }

  async compact(revision: Revision): Promise<void> {
    const { horizon } = this.#bench;
    horizon.compacted = Math.max(horizon.compacted, revision);
    await this.#bench.compact(revision);
  }

  /** Heals everything, waits until all has been told, and checks every word. */
  async finish(): Promise<WalkTally> {
    await this.#bench.heal();
    await this.#until(() => this.#running.size === 0, "every operation ended");
    const truth = await this.#truth();
    const last = this.#watches.map((each) => () => ended(each, truth.revision));
    await this.#until(() => last.every((done) => done()), "every watch told the last event").catch(() => undefined);
    const right = JSON.stringify(truth.at(truth.revision));
    await this.#until(() => this.#synced === 1 && this.#text() === right, "the follower is in sync").catch(
      () => undefined,
    );
    this.#follower.stop();
    for (const { watch } of this.#watches) watch.cancel();
    assert.deepEqual([...this.#faults, ...truth.commitFaults], []);
    for (const list of this.#lists) assert.deepEqual(truth.listFaults(list), []);
    for (const account of this.#watches) {
      assert.deepEqual(truth.watchFaults(account, this.#bench.horizon.compacted), [], JSON.stringify(account.messages));
    }
    assert.equal(this.#text(), right, "the follower holds what the store holds");
    return this.#tally();
  }

  async #truth(): Promise<Truth> {
    const marked = () => this.#bench.other.list(`${this.#bench.prefix}marker/`);
    let [before, now] = [-1, await marked()];
    // What was on its way when its connection broke may still arrive.
    for (const deadline = Date.now() + 5000; before !== now.entries.length && Date.now() < deadline; ) {
      before = now.entries.length;
      for (let i = 0; i < 10; i++) await this.#bench.tick();
      now = await marked();
    }
    return new Truth(this.#attempts, now.entries);
  }

  #run(operation: Promise<unknown>): Promise<void> {
    const done = operation.then(() => void this.#running.delete(done));
    this.#running.add(done);
    return done;
  }

  #mustBeUnavailable(error: unknown): void {
    if (!(error instanceof StoreUnavailable)) this.#faults.push(`not unavailable, but: ${String(error)}`);
  }

  #hear(changes: EntryChanges): void {
    for (const change of changes) {
      const before = this.#held.get(change.key);
      if (change.kind === "delete") {
        if (!this.#held.delete(change.key)) this.#faults.push(`${change.key} was deleted twice`);
        continue;
      }
      if (before && before.revision >= change.value.revision)
        this.#faults.push(`${change.key} went back or came twice`);
      this.#held.set(change.key, change.value);
    }
  }

  #text(): string {
    return JSON.stringify([...this.#held.values()].sort((x, y) => (x.key < y.key ? -1 : 1)));
  }

  async #until(holds: () => boolean, what: string): Promise<void> {
    for (const deadline = Date.now() + 15_000; !holds(); ) {
      if (Date.now() > deadline) assert.fail(`still not so: ${what}`);
      await this.#bench.tick();
    }
  }

  #tally(): WalkTally {
    const kinds = this.#watches.flatMap(({ messages }) => messages.map(({ kind }) => kind));
    const count = (kind: string) => kinds.filter((each) => each === kind).length;
    const unknown = this.#attempts.filter(({ answer }) => answer === "unknown").length;
    return { commits: this.#number, unknown, compacted: count("compacted"), interrupted: count("interrupted") };
  }
}

function ended({ messages }: Account, last: Revision): boolean {
  const final = messages.at(-1);
  if (final?.kind === "compacted") return true;
  const events = messages.findLast((message) => message.kind === "events");
  return events?.kind === "events" && events.events.at(-1)!.revision >= last;
}

/** Walks at random from a seed: commits, swaps, lists, watches from old revisions, compactions, faults. */
export async function walkAtRandom(bench: FaultBench, seed: number, steps: number): Promise<WalkTally> {
  const random = seededRandom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const keys = ["a", "b", "c", "d"];
  const walk = new FaultWalk(bench, random);
  await walk.start();
  let watches = 0;
  for (let i = 0; i < steps; i++) {
    const by = random() < 0.6 ? bench.subject : bench.other;
    const dice = random();
    if (dice < 0.35) {
      const put = keys.filter(() => random() < 0.4);
      const rest = keys.filter((key) => !put.includes(key) && random() < 0.3);
      void walk.commit(by, put, rest);
    } else if (dice < 0.45) void walk.swap(by, pick(keys));
    else if (dice < 0.53) void walk.list();
    else if (dice < 0.63 && watches < 8) {
      watches++;
      walk.watch(pick(walk.known));
    } else if (dice < 0.67) await walk.compact(pick(walk.known)).catch(() => undefined);
    else if (dice < 0.77) await pick(bench.faults)(random);
    else await bench.tick();
    while (walk.running > 5) await bench.tick();
  }
  return walk.finish();
}
