import type { Change } from "./change.ts";

/**
 * What we want against what is there, and the difference, kept as we go (the idea is Felix's deltatracker).
 * Pure memory: it never touches the kernel; the driver does, and reports back with `saw`. At most one pending change a
 * key, however often the want changed, so a slow kernel cannot make memory grow.
 */
export class DeltaMap<K, V> {
  readonly #wanted = new Map<K, V>();
  readonly #actual = new Map<K, V>();
  readonly #dirty = new Set<K>();
  readonly #same: (wanted: V, actual: V) => boolean;

  constructor(same: (wanted: V, actual: V) => boolean) {
    this.#same = same;
  }

  /** This should be there. */
  want(key: K, value: V): void {
    this.#wanted.set(key, value);
    this.#recheck(key);
  }

  /** This should not be there. */
  unwant(key: K): void {
    this.#wanted.delete(key);
    this.#recheck(key);
  }

  /** The driver saw or made this; undefined means it is gone. */
  saw(key: K, value: V | undefined): void {
    if (value === undefined) this.#actual.delete(key);
    else this.#actual.set(key, value);
    this.#recheck(key);
  }

  /** A whole dump: what it does not list is gone. */
  sawAll(entries: Iterable<readonly [K, V]>): void {
    const missing = new Set(this.#actual.keys());
    for (const [key, value] of entries) {
      missing.delete(key);
      this.saw(key, value);
    }
    for (const key of missing) this.saw(key, undefined);
  }

  /** The work left, in the order it arose. Empty means converged. */
  *pending(): Generator<Change<K, V>> {
    for (const key of this.#dirty) {
      const value = this.#wanted.get(key);
      yield value === undefined ? { kind: "delete", key } : { kind: "set", key, value };
    }
  }

  get pendingCount(): number {
    return this.#dirty.size;
  }

  wanted(key: K): V | undefined {
    return this.#wanted.get(key);
  }

  actual(key: K): V | undefined {
    return this.#actual.get(key);
  }

  wantedEntries(): IterableIterator<[K, V]> {
    return this.#wanted.entries();
  }

  actualEntries(): IterableIterator<[K, V]> {
    return this.#actual.entries();
  }

  #recheck(key: K): void {
    const wanted = this.#wanted.get(key);
    const actual = this.#actual.get(key);
    const equal = wanted === undefined ? actual === undefined : actual !== undefined && this.#same(wanted, actual);
    if (equal) this.#dirty.delete(key);
    else this.#dirty.add(key);
  }
}
