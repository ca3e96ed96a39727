import type { Cancel, Clock } from "../../lib/clock.ts";
import type { Random } from "../../lib/random.ts";
import { type Millis, millis, seconds } from "../../lib/unit.ts";

/** The timers of one connection (RFC 4271 8.1.3 and 10); the send hold timer is in send-hold.ts. */
export type TimerName = "connectRetry" | "delayOpen" | "hold" | "keepalive";

/**
 * Defaults in seconds. The RFC suggests 120 for ConnectRetry; Calico configures 5, and so do we. `largeHold` is how long a
 * peer may take for its OPEN, and then for its first KEEPALIVE: the RFC suggests 240 and the hold time, but a peer that died
 * just there leaves nothing that TCP would send again, and the one end that may call would wait in vain for minutes.
 * `rival` is how long a connection that would lose a collision waits for the one that would win it.
 */
export const timerDefaults = {
  connectRetry: 5,
  hold: 90,
  largeHold: 30,
  gracefulRestart: 120,
  stalePath: 360,
  rival: 1,
} as const;

/**
 * A span shortened by up to a quarter (RFC 4271 10). For ConnectRetry this is no nicety: without it, two ends that call
 * at the same moment call at the same moment for ever.
 */
export function jittered(span: Millis, random: Random): Millis {
  return millis(span * (0.75 + random() * 0.25));
}

interface Running {
  deadline: number;
  cancel: Cancel;
}

/**
 * Named timers over a clock. Starting one that runs moves its deadline; moving it later costs two numbers and no timer,
 * so it can be done for every message.
 */
export class Timers {
  readonly #clock: Clock;
  readonly #fire: (name: TimerName) => void;
  readonly #running = new Map<TimerName, Running>();

  constructor(clock: Clock, fire: (name: TimerName) => void) {
    this.#clock = clock;
    this.#fire = fire;
  }

  /** Fires after `span`, unless started anew or stopped before. */
  start(name: TimerName, span: Millis): void {
    const deadline = this.#clock.now() + span;
    const running = this.#running.get(name);
    if (running && deadline >= running.deadline) {
      running.deadline = deadline;
      return;
    }
    running?.cancel();
    const timer: Running = { deadline, cancel: () => {} };
    this.#running.set(name, timer);
    this.#arm(name, timer);
  }

  stop(name: TimerName): void {
    this.#running.get(name)?.cancel();
    this.#running.delete(name);
  }

  stopAll(): void {
    for (const { cancel } of this.#running.values()) cancel();
    this.#running.clear();
  }

  isRunning(name: TimerName): boolean {
    return this.#running.has(name);
  }

  #arm(name: TimerName, timer: Running): void {
    timer.cancel = this.#clock.after(millis(timer.deadline - this.#clock.now()), () => {
      if (this.#running.get(name) !== timer) return;
      if (this.#clock.now() < timer.deadline) {
        this.#arm(name, timer);
        return;
      }
      this.#running.delete(name);
      this.#fire(name);
    });
  }
}

/** Spans of the hold and keepalive timers for what was agreed; undefined when the hold time is 0. */
export function liveness(holdTimeSeconds: number, random: Random): { hold: Millis; keepalive: Millis } | undefined {
  if (holdTimeSeconds === 0) return undefined;
  return { hold: seconds(holdTimeSeconds), keepalive: jittered(seconds(holdTimeSeconds / 3), random) };
}
