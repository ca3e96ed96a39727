/** Numbers, first in, first out. `Array.shift` moves everything that stays; this moves nothing. */
export class Queue {
  #items: number[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: number): void {
    this.#items.push(item);
  }

  /** The oldest, taken out; undefined when there is none. */
  shift(): number | undefined {
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
      return undefined;
    }
    return this.#items[this.#head++];
  }
}
