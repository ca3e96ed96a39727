import type { NodeOutput } from "./graph/node-graph.ts";

/** What of a turn says that an endpoint has news: it, or the interface that it is on. */
type Turn = Pick<NodeOutput, "endpoints" | "interfaces">;

/** How far the kernel has come with the turns that were worked out, and since when each endpoint waits for it. */
export class Progress {
  /** In which turn each endpoint of this node was last worked out. */
  readonly #seenIn = new Map<string, number>();
  /** Endpoints that are not known to be up since they last changed, and when that news came. */
  readonly #waiting = new Map<string, number>();
  /** Those that were there at the start and have not come up yet. */
  readonly #ofStart = new Set<string>();
  #turns = 0;
  #programmed = 0;

  /**
   * A turn begins. `since` is when the first of its news came, milliseconds; `on` answers the endpoints of an interface.
   * Answers the turn's number.
   */
  begin(turn: Turn, since: number, on: (interfaceName: string) => readonly string[]): number {
    this.#turns++;
    for (const { kind, key } of turn.endpoints) {
      if (kind === "set" && this.#turns === 1) this.#ofStart.add(key);
      else this.#ofStart.delete(key);
      if (kind === "set") {
        this.#seenIn.set(key, this.#turns);
        this.#waiting.set(key, since);
      } else {
        this.#seenIn.delete(key);
        this.#waiting.delete(key);
      }
    }
    for (const { kind, key } of turn.interfaces)
      if (kind === "set") for (const endpoint of on(key)) this.#waiting.set(endpoint, since);
    return this.#turns;
  }

  /** The kernel holds everything of this turn. */
  done(turn: number): void {
    this.#programmed = Math.max(this.#programmed, turn);
  }

  /** The kernel holds everything that was worked out so far, and there was something. */
  get isComplete(): boolean {
    return this.#programmed > 0 && this.#programmed === this.#turns;
  }

  /** The kernel holds what was worked out of this endpoint. */
  covers(endpoint: string): boolean {
    return (this.#seenIn.get(endpoint) ?? Number.POSITIVE_INFINITY) <= this.#programmed;
  }

  /** Some endpoint that changed has not come up since, as far as `arrivals` was asked. */
  get isWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** Endpoints that have come up since this was last asked: how long each took, milliseconds. */
  arrivals(isUp: (endpoint: string) => boolean, now: number): readonly number[] {
    const took: number[] = [];
    for (const [endpoint, since] of this.#waiting) {
      if (!isUp(endpoint)) continue;
      this.#waiting.delete(endpoint);
      // How long a start takes is told elsewhere.
      if (this.#ofStart.delete(endpoint)) continue;
      took.push(now - since);
    }
    return took;
  }
}
