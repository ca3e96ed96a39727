import type { RowKey } from "../rows.ts";
import type { Trial } from "../trial.ts";

/** One lab for some rows of the matrix: each is told to the trial, in any order. */
export interface Experiment {
  readonly rows: readonly RowKey[];
  run(trial: Trial): Promise<void>;
}
