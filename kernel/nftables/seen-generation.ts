/** How many generations before the one that was seen are surely old: numbers come again after 65,536. */
const OLD = 4096;

/**
 * Which notifications tell of nothing that a look has not seen: a large change by somebody comes in many of them, and without this each
 * that is late would make us look again. Only the last 16 bits of a generation are told, so one is remembered for a short time only.
 */
export class SeenGeneration {
  #seen: number | undefined;
  /** Of what was heard while we look, the generations; undefined is one that was not told. */
  #heard: (number | undefined)[] | undefined;

  /** A look begins. */
  looking(): void {
    this.#seen = undefined;
    this.#heard = [];
  }

  /** A look has seen this generation. Answers whether it has seen all that was heard meanwhile. */
  saw(generation: number): boolean {
    const heard = this.#heard;
    this.#heard = undefined;
    if (!heard) return false;
    this.#seen = generation;
    return heard.every((each) => this.has(each));
  }

  /** Whether what made this generation was seen by the last look. What is heard while one looks is not known to be, until it ends. */
  has(generation: number | undefined): boolean {
    this.#heard?.push(generation);
    if (generation === undefined || this.#seen === undefined) return false;
    return ((this.#seen - generation) & 0xffff) < OLD;
  }

  /** Nothing more is known of any generation, nor will be by a look that is under way. */
  forget(): void {
    this.#seen = undefined;
    this.#heard = undefined;
  }
}
