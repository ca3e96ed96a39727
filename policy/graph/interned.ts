/**
 * Values that many share, each kept once under a small number as long as somebody holds it. Numbers are used again, so
 * that columns indexed by them stay short.
 */
export class Interned<V> {
  readonly #ids = new Map<string, number>();
  readonly #keys: string[] = [];
  readonly #values: (V | undefined)[] = [];
  readonly #holders: number[] = [];
  readonly #free: number[] = [];

  /** The number of the value that `key` names, held once more; `make` is asked when nobody held it. */
  acquire(key: string, make: () => V): number {
    const known = this.#ids.get(key);
    if (known !== undefined) {
      this.#holders[known]!++;
      return known;
    }
    const id = this.#free.pop() ?? this.#values.length;
    this.#ids.set(key, id);
    this.#keys[id] = key;
    this.#values[id] = make();
    this.#holders[id] = 1;
    return id;
  }

  release(id: number): void {
    if (--this.#holders[id]! > 0) return;
    this.#ids.delete(this.#keys[id]!);
    this.#values[id] = undefined;
    this.#free.push(id);
  }

  /** The value under a number that somebody holds. */
  value(id: number): V {
    return this.#values[id]!;
  }

  holders(id: number): number {
    return this.#holders[id] ?? 0;
  }

  /** Every number that somebody holds, with its value. */
  *entries(): Generator<readonly [number, V]> {
    for (const id of this.#ids.values()) yield [id, this.#values[id]!];
  }
}
