/** How long sockets may be read in one round of the event loop before timers and others get their turn. */
export const READ_BUDGET_MS = 8;

/**
 * Time spent reading in this round of the event loop, all sockets together. Without it one full socket would be read 2
 * MB at a time, and hundreds of them would hold up every timer.
 */
export class ReadBudget {
  #roundStart = 0;
  #isOpen = false;

  /** Whether the round has had its share; called after each chunk. */
  isSpent(): boolean {
    const now = performance.now();
    if (!this.#isOpen) {
      this.#isOpen = true;
      this.#roundStart = now;
      setImmediate(() => {
        this.#isOpen = false;
      });
    }
    return now - this.#roundStart > READ_BUDGET_MS;
  }
}
