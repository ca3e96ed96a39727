import type { Millis } from "./unit.ts";

/** Takes back a timer or a subscription; calling it again does nothing. */
export type Cancel = () => void;

/** The only source of time. `now` is monotonic and starts anywhere; `wall` is for texts that people and other programs read. */
export interface Clock {
  now(): Millis;
  /** Milliseconds since 1970, UTC. Never used to measure a span. */
  wall(): number;
  /** Calls `fire` once, `delay` from now at the earliest, never before `after` has returned. */
  after(delay: Millis, fire: () => void): Cancel;
}
