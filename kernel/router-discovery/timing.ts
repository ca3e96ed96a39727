import type { Random } from "../../lib/random.ts";
import { type Millis, millis, seconds } from "../../lib/unit.ts";

/** Longest pause between two advertisements of ours: what FRR has on interfaces of unnumbered peers. */
export const advertisementInterval = seconds(10);
/** Pauses are drawn between this share of the interval and all of it (RFC 4861 6.2.1 MinRtrAdvInterval). */
const shortestShare = 0.75;
/** MAX_RA_DELAY_TIME (RFC 4861 10): an answer waits for a random part of it. */
export const longestAnswerDelay = millis(500);
/** MAX_INITIAL_RTR_ADVERTISEMENTS, MIN_DELAY_BETWEEN_RAS (RFC 4861 10). */
const initialCount = 3;
const leastPause = seconds(3);
/** MAX_RTR_SOLICITATIONS and RTR_SOLICITATION_INTERVAL (RFC 4861 10). */
const solicitationCount = 3;
const solicitationInterval = seconds(4);
/** How long a neighbour is held after its last advertisement, at least: three intervals may be lost on the way. */
const leastHold = millis(3 * advertisementInterval);

/** When the next advertisement of ours leaves. */
export interface Advertising {
  /** Advertisements sent since the link came up. */
  readonly sent: number;
  readonly lastAt: Millis | undefined;
  readonly nextAt: Millis;
}

/** The link is ready: the first advertisement leaves at once. */
export function beginAdvertising(now: Millis): Advertising {
  return { sent: 0, lastAt: undefined, nextAt: now };
}

/** One has left now: the first ones quickly one after another (RFC 4861 6.2.4), then with the pauses of the interval. */
export function advertised({ sent }: Advertising, now: Millis, random: Random): Advertising {
  const share = shortestShare + random() * (1 - shortestShare);
  const pause = sent + 1 < initialCount ? leastPause : share * advertisementInterval;
  return { sent: sent + 1, lastAt: now, nextAt: millis(now + pause) };
}

/**
 * Somebody asked: an advertisement to all leaves a moment later, but no two of them within three seconds, however many ask
 * (RFC 4861 6.2.6).
 */
export function asked(state: Advertising, now: Millis, random: Random): Advertising {
  const earliest = state.lastAt === undefined ? now : Math.max(now, state.lastAt + leastPause);
  const answerAt = millis(earliest + random() * longestAnswerDelay);
  return answerAt < state.nextAt ? { ...state, nextAt: answerAt } : state;
}

/** Whether an advertisement to all may leave now: no two of them within three seconds (RFC 4861 6.2.6). */
export function mayTellAll({ lastAt }: Advertising, now: Millis): boolean {
  return lastAt === undefined || lastAt + leastPause <= now;
}

/** When we ask, and how often we have. */
export interface Soliciting {
  readonly sent: number;
  /** Undefined: nothing to ask. */
  readonly nextAt: Millis | undefined;
}

/** Nobody is known: we ask at once, three times at most (RFC 4861 6.3.7). */
export function beginSoliciting(now: Millis): Soliciting {
  return { sent: 0, nextAt: now };
}

/** One has left now. */
export function solicited({ sent }: Soliciting, now: Millis): Soliciting {
  return { sent: sent + 1, nextAt: sent + 1 < solicitationCount ? millis(now + solicitationInterval) : undefined };
}

/** Somebody was heard who is held until then: we ask again before that ends, for those who advertise less often. */
export function reassured(heldUntil: Millis): Soliciting {
  return { sent: 0, nextAt: millis(heldUntil - solicitationCount * solicitationInterval) };
}

/** How long a neighbour is held after an advertisement that names this router lifetime. */
export function holdOf(routerLifetimeSeconds: number): Millis {
  return millis(Math.max(leastHold, seconds(routerLifetimeSeconds)));
}

/** For how long after an advertisement a neighbour counts as fresh. */
export const freshFor: Millis = leastHold;
