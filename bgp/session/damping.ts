import type { Random } from "../../lib/random.ts";
import { type Millis, millis, seconds } from "../../lib/unit.ts";
import { jittered } from "./timers.ts";

/**
 * What made a session leave, as far as it matters for when to try again: a fault of the protocol or a refusal; TCP lost
 * or refused; or a collision that another connection won.
 */
export type FailureKind = "protocol" | "transport" | "collision";

/** How long to wait in Idle after the first fault, and at most (RFC 4271 8.1.1, DampPeerOscillations). */
export const idleHold = { firstSeconds: 5, longestSeconds: 60, forgetAfterSeconds: 60 } as const;

/** Faults in a row; a value. */
export interface Damping {
  readonly faults: number;
}

/** Nothing has gone wrong yet. */
export const undamped: Damping = { faults: 0 };

/** The state after a session that was Established for `upMs` (0 if it never was) ended this way. */
export function afterFailure(damping: Damping, kind: FailureKind, upMs: number): Damping {
  const before = upMs >= idleHold.forgetAfterSeconds * 1000 ? undamped : damping;
  return kind === "protocol" ? { faults: before.faults + 1 } : before;
}

/**
 * How long to stay away: faults double the time, from 5 s to a minute; a lost or refused connection is tried again after
 * ConnectRetry, a lost session after a second. Always jittered, so that two ends do not fall into step.
 */
export function restartDelay(
  damping: Damping,
  kind: FailureKind,
  wasEstablished: boolean,
  connectRetrySeconds: number,
  random: Random,
): Millis {
  if (kind === "protocol") {
    const span = idleHold.firstSeconds * 2 ** Math.max(0, Math.min(damping.faults - 1, 10));
    return jittered(seconds(Math.min(span, idleHold.longestSeconds)), random);
  }
  const span = seconds(wasEstablished ? Math.min(1, connectRetrySeconds) : connectRetrySeconds);
  return jittered(millis(Math.max(span, 100)), random);
}
