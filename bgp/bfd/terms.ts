import type { BfdTerms } from "./port.ts";

/** Terms with nothing left open; milliseconds. */
export interface Terms {
  readonly minTxMs: number;
  readonly minRxMs: number;
  readonly multiplier: number;
}

/** What holds where nothing is said: RFC 5880 names no values, FRR and BIRD use these or slower ones. */
export const defaultTerms: Terms = { minTxMs: 300, minRxMs: 300, multiplier: 3 };

const shortestMs = 10;
const longestMs = 60_000;

/** The terms of one session that several watch: those with the shortest Detection Time (RFC 5882 4.1). */
export function mergeTerms(all: readonly BfdTerms[]): Terms {
  const least = (of: (terms: BfdTerms) => number | undefined, fallback: number, from: number, to: number): number => {
    const values = all.map((terms) => of(terms) ?? fallback);
    return Math.min(to, Math.max(from, Math.round(Math.min(...values))));
  };
  if (all.length === 0) return defaultTerms;
  return {
    minTxMs: least((terms) => terms.minTxMs, defaultTerms.minTxMs, shortestMs, longestMs),
    minRxMs: least((terms) => terms.minRxMs, defaultTerms.minRxMs, shortestMs, longestMs),
    multiplier: least((terms) => terms.multiplier, defaultTerms.multiplier, 1, 255),
  };
}
