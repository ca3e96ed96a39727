import type { Ended } from "./command.ts";

/** How many checks passed and failed. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/** Both tallies together. */
export function sum(tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((n, t) => n + t.passed, 0),
    failed: tallies.reduce((n, t) => n + t.failed, 0),
  };
}

/** A command that is one check by itself. */
export function single(ended: Ended): Tally {
  return ended.ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** mocha's own counts; a run that ended badly without saying why counts as one failure more. */
export function mochaTally(ended: Ended): Tally {
  const passed = Number(/^\s*(\d+) passing\b/m.exec(ended.output)?.[1] ?? 0);
  const failed = Number(/^\s*(\d+) failing\b/m.exec(ended.output)?.[1] ?? 0);
  return { passed, failed: failed === 0 && !ended.ok ? 1 : failed };
}

/** The last line of a run, alone on its line, for people and programs. */
export function closingLine(tally: Tally): string {
  return `${tally.passed} passed, ${tally.failed} failed`;
}
