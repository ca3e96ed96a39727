import type { Compare, Entry, Revision, Snapshot, StoreEvent, WatchMessage } from "../store.ts";

/** A commit that was asked for; it puts its marker beside its writes, so that it can be found whatever its answer. */
export interface Attempt {
  readonly compares: readonly Compare[];
  readonly puts: readonly { readonly key: string; readonly value: string }[];
  readonly deletes: readonly string[];
  /** A key that no other commit writes. */
  readonly marker: string;
  /** What its caller heard: the revision, that a compare failed, or nothing certain. */
  readonly answer: Revision | "refused" | "unknown";
}

/** What a watch was asked for and what it told. */
export interface Account {
  readonly after: Revision;
  readonly messages: readonly WatchMessage[];
}

const brief = (event: StoreEvent): string =>
  event.kind === "put" ? `put ${event.key}=${event.value}` : `delete ${event.key}`;

/**
 * What really happened to a prefix, worked out from the markers that commits left behind and nothing else, and what is
 * wrong with what clients were told. Every question answers faults in words; none means that all was right.
 */
export class Truth {
  /** The prefix at each revision that changed it, in order. */
  readonly #states: { readonly revision: Revision; readonly entries: ReadonlyMap<string, Entry> }[] = [];
  readonly #events = new Map<Revision, readonly string[]>();
  readonly #faults: string[] = [];

  /** `markers`: the keys of the attempts that are in the store now, with the revisions at which they were put. */
  constructor(attempts: readonly Attempt[], markers: readonly Entry[]) {
    const byMarker = new Map(attempts.map((attempt) => [attempt.marker, attempt]));
    const revisions = new Map(markers.map(({ key, revision }) => [key, revision]));
    for (const attempt of attempts) this.#checkAnswer(attempt, revisions.get(attempt.marker));
    let entries = new Map<string, Entry>();
    for (const { key, revision } of [...markers].sort((x, y) => x.revision - y.revision)) {
      const attempt = byMarker.get(key);
      if (!attempt) continue;
      entries = new Map(entries);
      this.#apply(attempt, revision, entries);
      this.#states.push({ revision, entries });
    }
  }

  /** The last revision that changed the prefix; 0 for none. */
  get revision(): Revision {
    return this.#states.at(-1)?.revision ?? 0;
  }

  /** What is wrong with the answers of commits: told and not done, done and told not to be, a compare that did not hold. */
  get commitFaults(): readonly string[] {
    return this.#faults;
  }

  /** The prefix at a revision, in the order of keys. */
  at(revision: Revision): readonly Entry[] {
    const state = this.#states.findLast((each) => each.revision <= revision);
    return [...(state?.entries.values() ?? [])].sort((x, y) => (x.key < y.key ? -1 : 1));
  }

  /** What is wrong with a list. */
  listFaults({ entries, revision }: Snapshot): readonly string[] {
    const text = (all: readonly Entry[]) =>
      all.map(({ key, value, revision }) => `${key}=${value}@${revision}`).join(" ");
    const [expected, found] = [text(this.at(revision)), text(entries)];
    return expected === found ? [] : [`the list at ${revision} is\n  ${found}\nand should be\n  ${expected}`];
  }

  /**
   * What is wrong with what a watch told: an event lost, doubled, out of order or of a torn revision; progress ahead of
   * events; an end that no compaction up to `compacted` explains; silence at the end.
   */
  watchFaults({ after, messages }: Account, compacted: Revision): readonly string[] {
    const faults: string[] = [];
    let position = after;
    const due = [...this.#events.keys()].filter((revision) => revision > after);
    for (const message of messages) {
      if (message.kind === "progress") position = Math.max(position, message.revision);
      if (message.kind === "progress" && due[0] !== undefined && due[0] <= message.revision)
        faults.push(`progress to ${message.revision} before the events of ${due[0]}`);
      if (message.kind === "compacted" && position >= compacted)
        faults.push(`ended at ${position}, but history is whole since ${compacted}`);
      if (message.kind === "compacted") return faults;
      if (message.kind !== "events") continue;
      for (const [revision, events] of byRevision(message.events)) {
        const expected = due.shift();
        const text = [...events].sort().join(", ");
        const right = [...(this.#events.get(expected ?? 0) ?? [])].sort().join(", ");
        if (revision !== expected || text !== right)
          faults.push(`told ${revision}: ${text}; should be ${expected}: ${right}`);
        position = revision;
      }
    }
    if (due.length > 0) faults.push(`never told the events of ${due.join(", ")}`);
    return faults;
  }

  #checkAnswer({ marker, answer }: Attempt, revision: Revision | undefined): void {
    if (answer === "unknown") return;
    if (answer === "refused" && revision !== undefined) this.#faults.push(`${marker} was refused but is there`);
    if (answer !== "refused" && revision !== answer)
      this.#faults.push(`${marker} was told done at ${answer} but is ${revision ?? "absent"}`);
  }

  #apply({ compares, puts, deletes, marker }: Attempt, revision: Revision, entries: Map<string, Entry>): void {
    for (const { key, revision: compared } of compares) {
      const met = entries.get(key)?.revision ?? 0;
      if (met !== compared) this.#faults.push(`${marker}: ${key} was compared with ${compared} and was ${met}`);
    }
    const events: StoreEvent[] = [];
    for (const key of deletes) if (entries.delete(key)) events.push({ kind: "delete", key, revision });
    for (const { key, value } of [...puts, { key: marker, value: "" }]) {
      entries.set(key, { key, value, revision });
      events.push({ kind: "put", key, value, revision });
    }
    this.#events.set(revision, events.map(brief));
  }
}

/** Events in runs of one revision, as they were told. */
function byRevision(events: readonly StoreEvent[]): readonly (readonly [Revision, readonly string[]])[] {
  const runs: [Revision, string[]][] = [];
  for (const event of events) {
    const last = runs.at(-1);
    if (last?.[0] === event.revision) last[1].push(brief(event));
    else runs.push([event.revision, [brief(event)]]);
  }
  return runs;
}
