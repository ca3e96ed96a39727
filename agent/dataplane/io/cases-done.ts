import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

/** How many cases of a long test have been played, remembered in `.cache` so that a run that was cut off goes on. */
export class CasesDone {
  count: number;
  readonly #file: URL;
  readonly #total: number;

  constructor(name: string, total: number) {
    this.#file = new URL(`../../../.cache/${name}`, import.meta.url);
    this.#total = total;
    this.count = this.#read();
  }

  /** So many more. */
  add(cases: number): void {
    this.count += cases;
    mkdirSync(new URL(".", this.#file), { recursive: true });
    writeFileSync(this.#file, String(this.count));
  }

  /** All are played: the next run starts afresh. */
  finish(): void {
    rmSync(this.#file, { force: true });
  }

  #read(): number {
    try {
      const count = Number(readFileSync(this.#file, "utf8"));
      return Number.isInteger(count) && count > 0 && count < this.#total ? count : 0;
    } catch {
      return 0;
    }
  }
}
