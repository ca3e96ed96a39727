import type { Clock } from "../../lib/clock.ts";
import type { Random } from "../../lib/random.ts";
import { type Millis, millis } from "../../lib/unit.ts";

/** What the way between two hosts does to what goes over it. All times in milliseconds. */
export interface PathTerms {
  /** What everything takes at least. */
  readonly delayMs: number;
  /** What it may take beyond that; each piece draws its own, order is kept. */
  readonly jitterMs: number;
  /** How many of the packets are lost, 0 to 1. TCP sends them again, later and later, and gives up in the end. */
  readonly loss: number;
  /** After a cut TCP notices that packets pass again only when it next tries: this long after healing, at most. */
  readonly backoffMs: number;
}

/** Who waits for a path to let something through again. */
export interface PathUser {
  /** Goes on no earlier than `after` from now. */
  onHealed(after: Millis): void;
}

/** First wait of TCP before it sends a lost packet again, and how often it does before it gives up. */
const resendMs = 200;
const resendTimes = 8;

/** The way between two hosts, both directions alike: how long things take on it, and whether anything passes at all. */
export class SimPath<User extends PathUser> {
  terms: PathTerms;
  readonly random: Random;
  /** The living ends of connections over this path. */
  readonly users = new Set<User>();
  readonly #clock: Clock;
  /** Cuts and hosts without power; nothing passes while there is one. */
  #blocks = 0;
  #blockedAt = 0;

  constructor(clock: Clock, random: Random, terms: PathTerms) {
    this.#clock = clock;
    this.random = random;
    this.terms = terms;
  }

  get isCut(): boolean {
    return this.#blocks > 0;
  }

  /** How long the next piece takes, or undefined when it was lost so often that TCP gives up. */
  delay(): Millis | undefined {
    const { delayMs, jitterMs, loss } = this.terms;
    let total = delayMs + (jitterMs > 0 ? this.random() * jitterMs : 0);
    if (loss === 0) return millis(total);
    for (let times = 0, wait = resendMs; this.random() < loss; times++, wait *= 2) {
      if (times === resendTimes) return undefined;
      total += wait;
    }
    return millis(total);
  }

  /** Whether a packet for which nobody waits (a SYN, a RST) is lost. */
  loses(): boolean {
    return this.isCut || (this.terms.loss > 0 && this.random() < this.terms.loss);
  }

  /** Nothing passes, until as many calls of `unblock`. */
  block(): void {
    if (this.#blocks++ === 0) this.#blockedAt = this.#clock.now();
  }

  unblock(): void {
    if (--this.#blocks > 0) return;
    const longest = Math.min(this.#clock.now() - this.#blockedAt, this.terms.backoffMs);
    for (const user of [...this.users]) user.onHealed(millis(longest > 0 ? this.random() * longest : 0));
  }
}
