import { type DaemonKind, type DaemonName, daemonNames } from "./daemon.ts";
import type { Experiment } from "./experiment/experiment.ts";
import { Link } from "./link.ts";
import type { Outcome } from "./outcome.ts";
import type { RowKey } from "./rows.ts";
import { Trial } from "./trial.ts";

/** How many labs stand at once: waiting for timers, not work, is most of what they do. */
const atOnce = 4;

/** Cells by row and daemon; a cell settles when its experiment is over, and never rejects. */
export type Matrix = ReadonlyMap<RowKey, ReadonlyMap<DaemonName, Promise<Outcome>>>;

/** Begins every experiment with every daemon, a few at once, longest first as they are listed. */
export function beginMatrix(kinds: readonly DaemonKind[], experiments: readonly Experiment[]): Matrix {
  const matrix = new Map<RowKey, Map<DaemonName, Promise<Outcome>>>();
  const queue: (() => Promise<void>)[] = [];
  for (const experiment of experiments) {
    for (const kind of kinds) {
      const { promise, resolve } = Promise.withResolvers<ReadonlyMap<RowKey, Outcome>>();
      for (const row of experiment.rows) {
        const cells = matrix.get(row) ?? new Map<DaemonName, Promise<Outcome>>();
        matrix.set(row, cells);
        const why = Trial.lack(kind, row);
        const cell = promise.then((outcomes): Outcome => {
          if (why !== "") return { is: "n/a", why };
          return outcomes.get(row) ?? { is: "failed", error: new Error("the experiment never came to it") };
        });
        cells.set(kind.name, cell);
      }
      queue.push(() => play(experiment, kind).then(resolve));
    }
  }
  for (let i = 0; i < atOnce; i++) void drain(queue);
  return matrix;
}

async function drain(queue: (() => Promise<void>)[]): Promise<void> {
  for (let next = queue.shift(); next; next = queue.shift()) await next();
}

/** Plays one experiment in a lab of its own; what breaks it breaks the rows that it had not come to. */
async function play(experiment: Experiment, kind: DaemonKind): Promise<ReadonlyMap<RowKey, Outcome>> {
  const wanted = experiment.rows.filter((row) => Trial.lack(kind, row) === "");
  if (wanted.length === 0) return new Map();
  let trial: Trial | undefined;
  try {
    trial = new Trial(kind, await Link.make());
    await experiment.run(trial);
    return trial.outcomes;
  } catch (error) {
    const failed: Outcome = { is: "failed", error: error as Error };
    return new Map(wanted.map((row) => [row, trial?.outcomes.get(row) ?? failed]));
  } finally {
    await trial?.link.close();
  }
}

/** The columns in their order. */
export const columns: readonly DaemonName[] = daemonNames;
