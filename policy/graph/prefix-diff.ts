import type { Prefix } from "../../net/prefix.ts";
import { prefixMember } from "./member-set.ts";

/** What makes one list of prefixes of another; a prefix that stands there twice counts twice. */
export interface PrefixDiff {
  readonly gone: readonly Prefix[];
  readonly come: readonly Prefix[];
}

const NONE: PrefixDiff = { gone: [], come: [] };

/** The difference between two lists, in whatever order they are; near enough in the time of reading both once. */
export function prefixDiff(before: readonly Prefix[], after: readonly Prefix[]): PrefixDiff {
  if (before.length === after.length && before.every((prefix, i) => isSame(prefix, after[i]!))) return NONE;
  const surplus = new Map<string, number>();
  for (const prefix of after) {
    const key = prefixMember(prefix);
    surplus.set(key, (surplus.get(key) ?? 0) + 1);
  }
  const gone: Prefix[] = [];
  for (const prefix of before) {
    const key = prefixMember(prefix);
    const left = surplus.get(key) ?? 0;
    if (left > 0) surplus.set(key, left - 1);
    else gone.push(prefix);
  }
  const come: Prefix[] = [];
  for (const prefix of after) {
    const key = prefixMember(prefix);
    const left = surplus.get(key)!;
    if (left === 0) continue;
    surplus.set(key, left - 1);
    come.push(prefix);
  }
  return { gone, come };
}

function isSame(x: Prefix, y: Prefix): boolean {
  return x.length === y.length && x.family === y.family && x.a === y.a && x.b === y.b && x.c === y.c && x.d === y.d;
}
