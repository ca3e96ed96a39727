import type { Cancel, Clock } from "../clock.ts";
import { type Millis, millis } from "../unit.ts";

interface Timer {
  readonly at: number;
  readonly seq: number;
  /** Undefined once it was cancelled: it stays where it is until its turn, or until too many are like it. */
  fire: (() => void) | undefined;
}

/** Cancelled timers that are not worth a clearing. */
const tolerated = 256;

/**
 * Time that moves only when told. Keeps a clock's promises (monotonic, a timer never early, never before `after` has
 * returned); timers due together fire in the order they were set. A binary heap, and a plain queue for what is due now.
 */
export class SimClock implements Clock {
  #now = 0;
  #seq = 0;
  #fired = 0;
  #cancelled = 0;
  readonly #epoch: number;
  #heap: Timer[] = [];
  /** Due at this very moment, set during it: behind every timer of the heap that is due now. */
  #soon: Timer[] = [];
  #soonAt = 0;

  constructor(epoch = Date.UTC(2026, 0, 1)) {
    this.#epoch = epoch;
  }

  now(): Millis {
    return millis(this.#now);
  }

  wall(): number {
    return this.#epoch + this.#now;
  }

  /** How many timers have fired. */
  get fired(): number {
    return this.#fired;
  }

  after(delay: Millis, fire: () => void): Cancel {
    const at = this.#now + Math.max(0, delay);
    const timer: Timer = { at, seq: this.#seq++, fire };
    if (at === this.#now) this.#soon.push(timer);
    else this.#push(timer);
    return () => this.#cancel(timer);
  }

  /** When the next timer is due, or undefined when there is none. */
  next(): Millis | undefined {
    const first = this.#first();
    return first && millis(first.at);
  }

  /** Fires the next timer if it is due by then, and answers whether it was; the clock then shows its time. */
  step(until: Millis): boolean {
    const timer = this.#first();
    if (!timer || timer.at > until) return false;
    if (this.#soon[this.#soonAt] === timer) this.#soonAt++;
    else this.#pop();
    if (this.#soonAt > 0 && this.#soonAt === this.#soon.length) {
      this.#soon = [];
      this.#soonAt = 0;
    }
    const { fire } = timer;
    timer.fire = undefined;
    this.#now = timer.at;
    this.#fired++;
    fire?.();
    return true;
  }

  /** Lets `by` pass, firing what comes due, also what those timers set. */
  advance(by: Millis): void {
    const until = millis(this.#now + by);
    while (this.step(until));
    this.#now = until;
  }

  #cancel(timer: Timer): void {
    if (timer.fire === undefined) return;
    timer.fire = undefined;
    if (++this.#cancelled < tolerated || this.#cancelled * 2 < this.#heap.length) return;
    // A sorted list is a heap.
    this.#heap = this.#heap.filter(({ fire }) => fire !== undefined).sort((x, y) => (isBefore(x, y) ? -1 : 1));
    this.#cancelled = 0;
  }

  #first(): Timer | undefined {
    while (this.#heap.length > 0 && this.#heap[0]!.fire === undefined) this.#pop();
    while (this.#soonAt < this.#soon.length && this.#soon[this.#soonAt]!.fire === undefined) this.#soonAt++;
    const soon = this.#soon[this.#soonAt];
    const timed = this.#heap[0];
    return soon && !(timed && timed.at <= soon.at) ? soon : timed;
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(timer);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(timer, heap[above]!)) break;
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    const size = heap.length;
    if (size === 0) return;
    let at = 0;
    for (let below = 1; below < size; below = at * 2 + 1) {
      if (below + 1 < size && isBefore(heap[below + 1]!, heap[below]!)) below++;
      if (!isBefore(heap[below]!, last)) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
  }
}

function isBefore(x: Timer, y: Timer): boolean {
  return x.at < y.at || (x.at === y.at && x.seq < y.seq);
}
