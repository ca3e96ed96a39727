import type { Random } from "../../lib/random.ts";
import { type Millis, millis } from "../../lib/unit.ts";
import { type Address, addressBytes } from "../../net/address.ts";
import { longestAnswerDelay } from "./timing.ts";

/** Most routers that wait for an answer of their own at a time. */
export const mostAnswers = 8;

/**
 * Answers to solicitations that go to who asked alone, for the time in which nothing may go to all again (RFC 4861 6.2.6).
 * Each leaves after a random moment; who asks again before that gets one answer.
 */
export class PendingAnswers {
  readonly #due = new Map<string, { readonly address: Address; readonly at: Millis }>();

  /** False: too many wait already. */
  ask(address: Address, now: Millis, random: Random): boolean {
    const key = String.fromCharCode(...addressBytes(address));
    if (this.#due.has(key)) return true;
    if (this.#due.size >= mostAnswers) return false;
    this.#due.set(key, { address, at: millis(now + random() * longestAnswerDelay) });
    return true;
  }

  /** Whose answer leaves now; they wait no more. */
  take(now: Millis): readonly Address[] {
    const ready = [...this.#due].filter(([, { at }]) => at <= now);
    for (const [key] of ready) this.#due.delete(key);
    return ready.map(([, { address }]) => address);
  }

  /** When the next one leaves. */
  get nextAt(): Millis | undefined {
    const times = [...this.#due.values()].map(({ at }) => at);
    return times.length === 0 ? undefined : millis(Math.min(...times));
  }
}
