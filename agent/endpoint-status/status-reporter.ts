import { type Change, remove, set } from "../../lib/change.ts";
import type { Cancel, Clock } from "../../lib/clock.ts";
import type { Tell } from "../../lib/fact.ts";
import type { Random } from "../../lib/random.ts";
import { seconds } from "../../lib/unit.ts";
import type { AgentFact } from "../fact.ts";
import type { StatusSink } from "./sink.ts";

/** What a reporter works with. */
export interface StatusReporterOptions {
  readonly sink: StatusSink;
  readonly clock: Clock;
  readonly random: Random;
  readonly tell: Tell<AgentFact>;
  /** Seconds between a change and the report of it; more changes meanwhile are one report. */
  readonly delaySeconds: () => number;
}

/** What stands in the sink is read again after so many delays, as Felix does it, and at least after so many seconds. */
const delaysUntilLook = 180;
const shortestLookSeconds = 30;
const longestRetrySeconds = 30;

/**
 * Keeps what a sink says equal to what is wanted of it: each change is told after a delay, what an earlier process left is
 * corrected, and so is, in time, what somebody else did there. What fails is tried again, later each time.
 */
export class StatusReporter {
  readonly #options: StatusReporterOptions;
  #wanted: ReadonlyMap<string, string> = new Map();
  /** What stands in the sink, as far as we know; undefined: look. */
  #actual: Map<string, string> | undefined;
  #timer: Cancel | undefined;
  #lookTimer: Cancel = () => {};
  #isWriting = false;
  #isStopped = false;
  #failures = 0;

  constructor(options: StatusReporterOptions) {
    this.#options = options;
  }

  /** From now on the sink should say exactly this. */
  want(wanted: ReadonlyMap<string, string>): void {
    this.#wanted = wanted;
    if (this.#timer || this.#isWriting || this.#isStopped) return;
    if (!this.#actual || this.#changes(this.#actual).length > 0) this.#later(this.#options.delaySeconds());
  }

  /** Stops; what stands in the sink stays. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.();
    this.#lookTimer();
  }

  #later(delay: number): void {
    this.#timer = this.#options.clock.after(seconds(delay), () => {
      this.#timer = undefined;
      void this.#work();
    });
  }

  async #work(): Promise<void> {
    const { sink, tell } = this.#options;
    this.#isWriting = true;
    try {
      const actual = this.#actual ?? (await this.#look());
      const changes = this.#changes(actual);
      if (changes.length > 0) await sink.write(changes);
      for (const change of changes) {
        if (change.kind === "set") actual.set(change.key, change.value);
        else actual.delete(change.key);
      }
      this.#failures = 0;
    } catch (error) {
      this.#actual = undefined;
      const retrySeconds = Math.min(2 ** this.#failures++, longestRetrySeconds);
      const why = error instanceof Error ? error.message : String(error);
      if (!this.#isStopped) {
        tell({ fact: "agent.endpoint-status-failed", sink: sink.name, why, retrySeconds });
        this.#later(retrySeconds);
      }
    }
    this.#isWriting = false;
    // Others may be wanted meanwhile.
    this.want(this.#wanted);
  }

  async #look(): Promise<Map<string, string>> {
    const { sink, clock, random, delaySeconds } = this.#options;
    const actual = new Map(await sink.list());
    this.#actual = actual;
    this.#lookTimer();
    // A tenth of chance, so that the nodes of a cluster do not all ask at once.
    const period = Math.max(delaySeconds() * delaysUntilLook, shortestLookSeconds) * (1 + random() / 10);
    this.#lookTimer = clock.after(seconds(period), () => {
      this.#actual = undefined;
      this.want(this.#wanted);
    });
    return actual;
  }

  #changes(actual: ReadonlyMap<string, string>): Change<string, string>[] {
    const changes: Change<string, string>[] = [];
    for (const [name, text] of this.#wanted) if (actual.get(name) !== text) changes.push(set(name, text));
    for (const name of actual.keys()) if (!this.#wanted.has(name)) changes.push(remove(name));
    return changes;
  }
}
