/** Names a list inside an `IntLists`; 0 is the empty list. */
export type ListHandle = number;

/**
 * Many short lists of unsigned 32-bit numbers in one array: four octets a number and four a list, where an array object
 * would cost eight a number and thirty-two a list. Room of a dropped list is used again by the next of its length.
 */
export class IntLists {
  #cells = new Uint32Array(1024);
  #end = 1;
  /** By length: where lists of that length may be put again. */
  readonly #free: number[][] = [];

  put(list: readonly number[]): ListHandle {
    if (list.length === 0) return 0;
    const at = this.#free[list.length]?.pop() ?? this.#grow(list.length + 1);
    this.#cells[at] = list.length;
    this.#cells.set(list, at + 1);
    return at;
  }

  drop(handle: ListHandle): void {
    if (handle === 0) return;
    (this.#free[this.length(handle)] ??= []).push(handle);
  }

  length(handle: ListHandle): number {
    return handle === 0 ? 0 : this.#cells[handle]!;
  }

  /** The `position`-th number of a list, counted from 0; the caller stays below its length. */
  at(handle: ListHandle, position: number): number {
    return this.#cells[handle + 1 + position]!;
  }

  #grow(cells: number): number {
    const at = this.#end;
    this.#end += cells;
    if (this.#end > this.#cells.length) {
      const grown = new Uint32Array(Math.max(this.#end, Math.ceil(this.#cells.length * 1.5)));
      grown.set(this.#cells);
      this.#cells = grown;
    }
    return at;
  }
}
