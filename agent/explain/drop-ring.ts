import type { PolicyDrop } from "../api/explain.ts";

/** How many drops are kept at most, whoever sends. */
export const ringSize = 1000;

/** The last drops, each with a number that grows by one; older ones make room. */
export class DropRing {
  readonly #drops: PolicyDrop[] = [];
  /** The number of the next drop. */
  #next = 1;
  #lost: { readonly before: number; readonly count: number }[] = [];

  get next(): number {
    return this.#next;
  }

  add(drop: Omit<PolicyDrop, "serial">): void {
    this.#drops.push({ serial: this.#next++, ...drop });
    if (this.#drops.length > ringSize) this.#drops.shift();
  }

  /** The kernel had no room for so many. */
  lose(count: number): void {
    this.#lost.push({ before: this.#next, count });
    if (this.#lost.length > ringSize) this.#lost.shift();
  }

  /** What came from a number on, oldest first, and how many of that are not there any more or never were. */
  from(serial: number): { readonly drops: readonly PolicyDrop[]; readonly missed: number } {
    const oldest = this.#drops[0]?.serial ?? this.#next;
    const overwritten = Math.max(0, Math.min(oldest, this.#next) - Math.max(serial, 1));
    const lost = this.#lost.filter(({ before }) => before >= serial && before <= this.#next);
    return {
      drops: this.#drops.filter((drop) => drop.serial >= serial),
      missed: overwritten + lost.reduce((sum, { count }) => sum + count, 0),
    };
  }

  /** Forgets what was lost up to now: it has been told, or nobody was there to be told. */
  forgetLost(): void {
    this.#lost = [];
  }
}
