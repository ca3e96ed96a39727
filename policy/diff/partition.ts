/**
 * Things by number, in classes that are split until all members of a class are alike. What a question costs is what it
 * selects, not how much there is.
 */
export class Partition {
  readonly classOf: Int32Array;
  #classes = 1;

  /** All of `count` things in one class. */
  constructor(count: number) {
    this.classOf = new Int32Array(count);
  }

  /** Splits every class into those that are selected and those that are not. */
  split(selected: Iterable<number>): void {
    const moved = new Map<number, number>();
    const seen = new Set<number>();
    for (const thing of selected) {
      if (seen.has(thing)) continue;
      seen.add(thing);
      const before = this.classOf[thing]!;
      let after = moved.get(before);
      if (after === undefined) {
        after = this.#classes++;
        moved.set(before, after);
      }
      this.classOf[thing] = after;
    }
  }

  /** The classes that have members, each with its members in ascending order, by their first members. */
  classes(): number[][] {
    const members = new Map<number, number[]>();
    for (const [thing, of] of this.classOf.entries()) {
      const known = members.get(of);
      if (known) known.push(thing);
      else members.set(of, [thing]);
    }
    return [...members.values()];
  }
}
