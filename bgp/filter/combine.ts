import type { ExtendedCommunity, LargeCommunity } from "../attribute/path-attributes.ts";
import type { Change } from "./filter.ts";

type Draft = { -readonly [Name in keyof Change]: Change[Name] };

/**
 * Two changes, one after the other, as one: what the later says of the same thing wins, and what adds up adds up.
 * Associative, so a chain of terms has one outcome.
 */
export function combined(first: Change | undefined, then: Change | undefined): Change | undefined {
  if (first === undefined || then === undefined) return then ?? first;
  const out: Draft = { ...first, ...then };
  addMeds(out, first, then);
  addPrepends(out, first, then);
  const plain = joined(
    first.removeCommunities,
    first.addCommunities,
    then.removeCommunities,
    then.addCommunities,
    same,
  );
  if (plain.remove) out.removeCommunities = plain.remove;
  if (plain.add) out.addCommunities = plain.add;
  const large = joined(
    first.removeLargeCommunities,
    first.addLargeCommunities,
    then.removeLargeCommunities,
    then.addLargeCommunities,
    largeKey,
  );
  if (large.remove) out.removeLargeCommunities = large.remove;
  if (large.add) out.addLargeCommunities = large.add;
  const extended = joined(
    first.removeExtendedCommunities,
    first.addExtendedCommunities,
    then.removeExtendedCommunities,
    then.addExtendedCommunities,
    extendedKey,
  );
  if (extended.remove) out.removeExtendedCommunities = extended.remove;
  if (extended.add) out.addExtendedCommunities = extended.add;
  return out;
}

/** What tells large communities apart. */
export function largeKey({ globalAdministrator, localData1, localData2 }: LargeCommunity): string {
  return `${globalAdministrator}:${localData1}:${localData2}`;
}

/** What tells extended communities apart. */
export function extendedKey({ high, low }: ExtendedCommunity): string {
  return `${high}:${low}`;
}

/** What tells ordinary communities apart: themselves. */
export function same(community: number): number {
  return community;
}

function addMeds(out: Draft, first: Change, then: Change): void {
  if (then.med !== undefined || first.addMed === undefined) {
    if (then.addMed === undefined) delete out.addMed;
    return;
  }
  out.addMed = first.addMed + (then.addMed ?? 0);
}

/** What the later change puts in front stands in front: our own AS numbers of the first fall behind its list. */
function addPrepends(out: Draft, first: Change, then: Change): void {
  if (then.prependAsns === undefined) {
    if (first.prepend !== undefined || then.prepend !== undefined) {
      out.prepend = (first.prepend ?? 0) + (then.prepend ?? 0);
    }
    return;
  }
  const own = new Array<"own">(first.prepend ?? 0).fill("own");
  out.prependAsns = [...then.prependAsns, ...own, ...(first.prependAsns ?? [])];
  if (then.prepend === undefined) delete out.prepend;
}

interface Lists<T> {
  readonly remove: readonly T[] | "all" | undefined;
  readonly add: readonly T[] | undefined;
}

/** x − r1 + a1 − r2 + a2 = x − (r1 ∪ r2) + ((a1 − r2) ∪ a2). */
function joined<T>(
  r1: readonly T[] | "all" | undefined,
  a1: readonly T[] | undefined,
  r2: readonly T[] | "all" | undefined,
  a2: readonly T[] | undefined,
  keyOf: (one: T) => unknown,
): Lists<T> {
  const remove = r1 === "all" || r2 === "all" ? "all" : r1 && r2 ? [...r1, ...r2] : (r2 ?? r1);
  const kept = r2 === "all" ? [] : without(a1 ?? [], [...(r2 ?? []), ...(a2 ?? [])], keyOf);
  const add = a1 || a2 ? [...kept, ...(a2 ?? [])] : undefined;
  return { remove, add };
}

/** The members of a list that are not in another. */
export function without<T>(list: readonly T[], gone: readonly T[], keyOf: (one: T) => unknown): T[] {
  const keys = new Set(gone.map(keyOf));
  return list.filter((one) => !keys.has(keyOf(one)));
}
