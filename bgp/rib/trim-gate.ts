/** Capacities below this are not worth giving back. */
const worthTrimming = 1 << 16;

/**
 * When a table should look for a way to shorten its columns: it uses less than an eighth of them, and when it could not
 * the last time, half of what was there then is gone.
 */
export class TrimGate {
  #refusedAt = Number.POSITIVE_INFINITY;

  /** Whether to look now, with `size` entries in use of columns for `capacity`. */
  opens(size: number, capacity: number): boolean {
    if (capacity < worthTrimming || size * 8 >= capacity) {
      this.#refusedAt = Number.POSITIVE_INFINITY;
      return false;
    }
    const isNews = size * 2 < this.#refusedAt || (size === 0 && this.#refusedAt > 0);
    if (isNews) this.#refusedAt = size;
    return isNews;
  }
}
