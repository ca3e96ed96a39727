import type { Candidates, DecisionStep } from "./decision-steps.ts";
import { type Ineligible, ineligibleWhy } from "./path-table.ts";

/** Why a path of a prefix is not the best one: the step that eliminated it, and the path it lost to. */
export interface Elimination {
  readonly path: number;
  readonly step: string;
  readonly rfc: string;
  /** Path id, or 0 when the path was no candidate at all. */
  readonly lostTo: number;
}

/** Whether a path may be chosen: its peer's UPDATE was acceptable and its next hop can be reached (RFC 4271 9.1.2). */
export function isEligible(c: Candidates, path: number): boolean {
  const { nextHops, nextHop } = c.attributes;
  return c.paths.reason[path] === 0 && nextHops.reachable[nextHop[c.paths.attributes[path]!]!] === 1;
}

/** The best path of a prefix, or 0. One and two candidates, nearly all prefixes, need no memory at all. */
export function decide(c: Candidates, prefix: number): number {
  const { first, next } = c.paths;
  let best = 0;
  let count = 0;
  let second = 0;
  for (let path = first[prefix]!; path !== 0; path = next[path]!) {
    if (!isEligible(c, path)) continue;
    if (count === 0) best = path;
    else if (count === 1) second = path;
    count++;
  }
  if (count < 2) return best;
  if (count === 2) return isBetter(c, best, second) ? best : second;
  return eliminate(c, c.steps, eligiblePaths(c, prefix), () => {})[0] ?? 0;
}

/**
 * The paths that are as good as the best one, itself first, the others in the order in which they would be best: only
 * tie-breaks tell them apart. Made on demand.
 */
export function multipath(c: Candidates, prefix: number): readonly number[] {
  const steps = c.steps.filter(({ isTieBreak }) => !isTieBreak);
  const breaks = c.steps.filter(({ isTieBreak }) => isTieBreak);
  const equal = eliminate(c, steps, eligiblePaths(c, prefix), () => {});
  return equal.length < 2 ? equal : [...equal].sort((x, y) => compareBy(c, breaks, x, y));
}

function eligiblePaths(c: Candidates, prefix: number): number[] {
  const { first, next } = c.paths;
  const candidates: number[] = [];
  for (let path = first[prefix] ?? 0; path !== 0; path = next[path]!) if (isEligible(c, path)) candidates.push(path);
  return candidates;
}

/** Why each path but the best is not the best one, in the order of the steps. Runs the very steps of `decide`. */
export function explain(
  c: Candidates,
  prefix: number,
): { readonly best: number; readonly lost: readonly Elimination[] } {
  const lost: Elimination[] = [];
  const candidates: number[] = [];
  for (let path = c.paths.first[prefix] ?? 0; path !== 0; path = c.paths.next[path]!) {
    if (isEligible(c, path)) candidates.push(path);
    else lost.push({ path, step: "eligible", rfc: whyIneligible(c, path), lostTo: 0 });
  }
  candidates.sort((x, y) => x - y);
  const [best = 0] = eliminate(c, c.steps, candidates, (path, step, lostTo) => {
    lost.push({ path, step: step.name, rfc: step.rfc, lostTo });
  });
  return { best, lost };
}

/** Why a path is no candidate, in words, for one that is not eligible. */
export function whyIneligible(c: Candidates, path: number): string {
  const reason = c.paths.reason[path] as Ineligible;
  return reason === 0 ? "RFC 4271 9.1.2: the next hop cannot be reached" : ineligibleWhy[reason];
}

function isBetter(c: Candidates, x: number, y: number): boolean {
  return compareBy(c, c.steps, x, y) <= 0;
}

function compareBy(c: Candidates, steps: readonly DecisionStep[], x: number, y: number): number {
  for (const step of steps) {
    const order = step.compare(c, x, y);
    if (order !== 0) return order;
  }
  return 0;
}

/** Runs steps over a set of paths; what is left in the end. After all steps that is at most one path. */
function eliminate(
  c: Candidates,
  steps: readonly DecisionStep[],
  candidates: readonly number[],
  out: (path: number, step: DecisionStep, lostTo: number) => void,
): readonly number[] {
  let left = candidates;
  for (const step of steps) {
    if (left.length < 2) break;
    const winnerOver = step.isPartial ? againstAll(c, step, left) : againstBest(c, step, left);
    left = left.filter((path) => {
      const winner = winnerOver(path);
      if (winner !== 0) out(path, step, winner);
      return winner === 0;
    });
  }
  return left;
}

function againstBest(c: Candidates, step: DecisionStep, left: readonly number[]): (path: number) => number {
  let best = left[0]!;
  for (const path of left) if (step.compare(c, path, best) < 0) best = path;
  return (path) => (step.compare(c, best, path) < 0 ? best : 0);
}

function againstAll(c: Candidates, step: DecisionStep, left: readonly number[]): (path: number) => number {
  return (path) => left.find((other) => step.compare(c, other, path) < 0) ?? 0;
}
