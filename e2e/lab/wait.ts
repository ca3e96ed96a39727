import { LabError } from "./error.ts";

/** Milliseconds between two looks at something that is not there yet. */
const restMs = 50;

/**
 * Looks until `look` answers something, and answers that.
 * @throws LabError naming what was waited for, when the deadline passes.
 */
export async function waitFor<T>(what: string, deadlineMs: number, look: () => Promise<T | undefined>): Promise<T> {
  const until = performance.now() + deadlineMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > until) throw new LabError(what, `not within ${deadlineMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, restMs));
  }
}
