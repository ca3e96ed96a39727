import { stamped } from "./stamp.ts";
import type { RuleText } from "./table.ts";

/** A chain's rules and the identity of each. */
export interface ChainContent {
  readonly rules: readonly RuleText[];
  readonly identities: readonly string[];
}

/** Nothing in it. */
export const emptyChain: ChainContent = { rules: [], identities: [] };

/**
 * The lines that turn a chain of these identities into the wanted one, and whether it has to be declared (which empties it) first.
 * What the two have in common at their start and end is not touched and keeps its counters; where nothing is, the chain is written
 * anew, which needs no agreement with what is there.
 */
export function editChain(
  chain: string,
  held: readonly string[] | undefined,
  { rules, identities }: ChainContent,
): { readonly declare: boolean; readonly lines: readonly string[] } {
  const start = held ? shared(held, identities, 0) : 0;
  const end = held ? shared(held, identities, start, true) : 0;
  const rule = (index: number): string => stamped(rules[index]!, identities[index]!);
  if (!held || start + end === 0) {
    return { declare: true, lines: rules.map((_, index) => `-A ${chain} ${rule(index)}`) };
  }
  const lines: string[] = [];
  const gone = held.length - start - end;
  const come = rules.length - start - end;
  const both = Math.min(gone, come);
  for (let i = 0; i < both; i++) lines.push(`-R ${chain} ${start + i + 1} ${rule(start + i)}`);
  for (let i = both; i < gone; i++) lines.push(`-D ${chain} ${start + both + 1}`);
  for (let i = both; i < come; i++) {
    lines.push(end === 0 ? `-A ${chain} ${rule(start + i)}` : `-I ${chain} ${start + i + 1} ${rule(start + i)}`);
  }
  return { declare: false, lines };
}

/** How many identities two lists share at the start, or behind a shared start at the end. */
function shared(x: readonly string[], y: readonly string[], start: number, fromEnd = false): number {
  const most = Math.min(x.length, y.length) - start;
  for (let i = 0; i < most; i++) {
    const same = fromEnd ? x[x.length - 1 - i] === y[y.length - 1 - i] : x[i] === y[i];
    if (!same) return i;
  }
  return most;
}
