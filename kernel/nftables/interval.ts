import type { ElementKey } from "./element.ts";

/** What a change of ranges means for a kernel that accepts no two elements with a key in common. */
export interface RangeDelta {
  readonly added: readonly ElementKey[];
  readonly removed: readonly ElementKey[];
}

/** The least index at which `sorted` holds nothing smaller than `key`. */
function lowerBound(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The fewest disjoint ranges with the same keys in all: ranges that share a key become one, neighbours stay apart. Takes and gives
 * sorted ranges, each its first key (`octets` long) and its last.
 */
export function disjoint(sorted: Iterable<ElementKey>, octets: number): ElementKey[] {
  const out: ElementKey[] = [];
  let from = "";
  let to = "";
  for (const range of sorted) {
    const first = range.slice(0, octets);
    const last = range.slice(octets);
    if (out.length > 0 && first <= to) {
      if (last <= to) continue;
      to = last;
      out[out.length - 1] = from + to;
    } else {
      from = first;
      to = last;
      out.push(range);
    }
  }
  return out;
}

/**
 * Ranges as they are wanted, overlapping as they please, and the disjoint ranges that the kernel is given for them. A change costs
 * what it touches (and one array move), not the size of the set.
 */
export class RangeUnion {
  readonly #octets: number;
  #ranges: ElementKey[] = [];
  #merged: ElementKey[] = [];

  /** `octets`: the length of one key. */
  constructor(octets: number) {
    this.#octets = octets;
  }

  /** The ranges the kernel should hold, sorted. */
  get merged(): readonly ElementKey[] {
    return this.#merged;
  }

  /** The ranges as they are wanted, sorted. */
  get all(): readonly ElementKey[] {
    return this.#ranges;
  }

  /** Whether a range shares a key with any of these. */
  meets(range: ElementKey): boolean {
    const from = range.slice(0, this.#octets);
    const at = lowerBound(this.#merged, from);
    if (at > 0 && this.#merged[at - 1]!.slice(this.#octets) >= from) return true;
    return at < this.#merged.length && this.#merged[at]!.slice(0, this.#octets) <= range.slice(this.#octets);
  }

  /** Adds and removes ranges; what is there already, or is not there, does no harm. */
  change(add: readonly ElementKey[], remove: readonly ElementKey[]): RangeDelta {
    return add.length + remove.length > 64 ? this.#rebuild(add, remove) : this.#touch(add, remove);
  }

  #rebuild(add: readonly ElementKey[], remove: readonly ElementKey[]): RangeDelta {
    const ranges = new Set(this.#ranges);
    for (const range of remove) ranges.delete(range);
    for (const range of add) ranges.add(range);
    this.#ranges = [...ranges].sort();
    const before = new Set(this.#merged);
    this.#merged = disjoint(this.#ranges, this.#octets);
    const added = this.#merged.filter((range) => !before.delete(range));
    return { added, removed: [...before] };
  }

  #touch(add: readonly ElementKey[], remove: readonly ElementKey[]): RangeDelta {
    const touched: ElementKey[] = [];
    for (const range of remove) {
      const at = lowerBound(this.#ranges, range);
      if (this.#ranges[at] !== range) continue;
      this.#ranges.splice(at, 1);
      touched.push(range);
    }
    for (const range of add) {
      const at = lowerBound(this.#ranges, range);
      if (this.#ranges[at] === range) continue;
      this.#ranges.splice(at, 0, range);
      touched.push(range);
    }
    const added = new Set<ElementKey>();
    const removed = new Set<ElementKey>();
    for (const region of disjoint(touched.sort(), this.#octets)) this.#recut(region, added, removed);
    return { added: [...added], removed: [...removed] };
  }

  /** Cuts the merged ranges that meet a region anew. */
  #recut(region: ElementKey, added: Set<ElementKey>, removed: Set<ElementKey>): void {
    let from = region.slice(0, this.#octets);
    let to = region.slice(this.#octets);
    let start = lowerBound(this.#merged, from);
    if (start > 0 && this.#merged[start - 1]!.slice(this.#octets) >= from) start--;
    const first = this.#merged[start]?.slice(0, this.#octets);
    if (first !== undefined && first < from) from = first;
    let end = start;
    let until = lowerBound(this.#ranges, from);
    const inside: ElementKey[] = [];
    for (let grew = true; grew; ) {
      grew = false;
      while (end < this.#merged.length && this.#merged[end]!.slice(0, this.#octets) <= to) {
        const last = this.#merged[end++]!.slice(this.#octets);
        if (last > to) to = last;
        grew = true;
      }
      while (until < this.#ranges.length && this.#ranges[until]!.slice(0, this.#octets) <= to) {
        const range = this.#ranges[until++]!;
        inside.push(range);
        if (range.slice(this.#octets) > to) to = range.slice(this.#octets);
        grew = true;
      }
    }
    const now = disjoint(inside, this.#octets);
    for (const range of this.#merged.splice(start, end - start, ...now)) if (!added.delete(range)) removed.add(range);
    for (const range of now) if (!removed.delete(range)) added.add(range);
  }
}
