import { isEligible } from "../rib/best-path.ts";
import type { Candidates, DecisionStep } from "../rib/decision-steps.ts";

/**
 * The paths of a prefix that peers with ADD-PATH are sent (RFC 7911): all that may be chosen, or the best `most` of them:
 * the best one, the one that would be best without it, and so on. Written into `into`; how many there are.
 */
export function choosePaths(c: Candidates, prefix: number, most: "all" | number, into: number[]): number {
  let count = 0;
  for (let path = c.paths.first[prefix] ?? 0; path !== 0; path = c.paths.next[path]!) {
    if (isEligible(c, path)) into[count++] = path;
  }
  if (most === "all" || count <= most) return count;
  for (let rank = 0; rank < most; rank++) {
    const at = rank + bestAt(c, into.slice(rank, count));
    const best = into[at]!;
    into[at] = into[rank]!;
    into[rank] = best;
  }
  return most;
}

/** Position of the path that the decision process leaves. */
function bestAt(c: Candidates, paths: readonly number[]): number {
  let left = paths;
  for (const step of c.steps) {
    if (left.length === 1) break;
    left = survivors(c, step, left);
  }
  return paths.indexOf(left[0]!);
}

function survivors(c: Candidates, step: DecisionStep, paths: readonly number[]): readonly number[] {
  if (step.isPartial) return paths.filter((path) => !paths.some((other) => step.compare(c, other, path) < 0));
  let best = paths[0]!;
  for (const path of paths) if (step.compare(c, path, best) < 0) best = path;
  return paths.filter((path) => step.compare(c, best, path) >= 0);
}
