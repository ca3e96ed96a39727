import type { Family } from "../../net/family.ts";
import { isHardReset } from "../message/hard-reset.ts";
import type { Notification } from "../message/notification.ts";
import type { Negotiated } from "./negotiated.ts";

/**
 * How the helper of a restarting peer stands with one family (RFC 4724 4.2, RFC 9494 4.2): nothing stale; waiting for the
 * peer within its restart time; keeping its routes as long-lived stale; the peer is back and has yet to say End-of-RIB; or
 * it is back, but the long-lived time ended before End-of-RIB. `isAging`: the long-lived timer runs, since an earlier failure.
 */
export type RetentionState =
  | { readonly is: "none" | "longLived" | "spent" }
  | { readonly is: "waiting"; readonly isAging: boolean; readonly staleSeconds: number }
  | { readonly is: "refreshing"; readonly isAging: boolean };

/** For how long a family's routes are kept after a session: first by graceful restart, then as long-lived stale. */
export interface Retained {
  readonly family: Family;
  readonly restartSeconds: number;
  readonly staleSeconds: number;
}

/** What can happen to one family. `down` with 0 and 0 is an ordinary end. */
export type RetentionEvent =
  | { readonly on: "down"; readonly restartSeconds: number; readonly staleSeconds: number }
  | {
      readonly on: "up";
      /** The F bits of the peer's new capabilities: graceful restart, long-lived. */
      readonly preserved: boolean;
      readonly longLivedPreserved: boolean;
      readonly stalePathSeconds: number;
    }
  | { readonly on: "end-of-rib" | "restart-time-over" | "stale-time-over" | "long-lived-time-over" | "stopped" };

/** The two timers of a family: the peer's absence or its return, and the long-lived stale time, which runs beside both. */
export type RetentionTimer = "phase" | "longLived";

/** What to do: `sweep` removes what is still stale; `mark-long-lived` makes it the last choice. */
export type RetentionAction =
  | { readonly do: "sweep"; readonly why: string }
  | { readonly do: "mark-long-lived" }
  | {
      readonly do: "start-timer";
      readonly timer: RetentionTimer;
      readonly fires: "restart-time-over" | "stale-time-over" | "long-lived-time-over";
      readonly seconds: number;
    }
  | { readonly do: "stop-timer"; readonly timer: RetentionTimer };

/** The answer: the next state, and what to do in that order. */
export interface RetentionStep {
  readonly state: RetentionState;
  readonly actions: readonly RetentionAction[];
}

/** Nothing stale. */
export const nothingStale: RetentionState = { is: "none" };

const stopPhase: RetentionAction = { do: "stop-timer", timer: "phase" };
const stopLongLived: RetentionAction = { do: "stop-timer", timer: "longLived" };

/** Nothing is stale any more, and no timer runs. */
function swept(state: RetentionState, why: string): RetentionStep {
  if (state.is === "none") return { state, actions: [] };
  const isStale = state.is !== "spent";
  return {
    state: nothingStale,
    actions: [...(isStale ? [{ do: "sweep", why } as const] : []), stopPhase, stopLongLived],
  };
}

function isAging(state: RetentionState): boolean {
  return state.is === "longLived" || ("isAging" in state && state.isAging);
}

/** The next step of the helper for one family. Pure and total. */
export function retentionStep(state: RetentionState, event: RetentionEvent): RetentionStep {
  switch (event.on) {
    case "down":
      return afterLoss(state, event.restartSeconds, event.staleSeconds);
    case "up":
      return afterReturn(state, event);
    case "end-of-rib":
      return state.is === "refreshing" || state.is === "spent"
        ? swept(state, "End-of-RIB received")
        : { state, actions: [] };
    case "restart-time-over":
      return afterRestartTime(state);
    case "stale-time-over":
      return swept(state, "the peer sent no End-of-RIB in time");
    case "long-lived-time-over": {
      const over = swept(state, "the long-lived stale time is over");
      // RFC 9494 4.2: what such a session has told by now does not outlive it, should it end before End-of-RIB.
      return state.is === "refreshing" ? { ...over, state: { is: "spent" } } : over;
    }
    case "stopped":
      return swept(state, "the session was stopped");
  }
}

function afterLoss(state: RetentionState, restartSeconds: number, staleSeconds: number): RetentionStep {
  const again = "the peer went away again before it had told everything";
  if (restartSeconds + staleSeconds === 0 || state.is === "spent") return swept(state, again);
  const start = { do: "start-timer", timer: "phase", fires: "restart-time-over", seconds: restartSeconds } as const;
  const aging = isAging(state);
  // RFC 4724 4.2: what is stale from an earlier restart goes before anything is marked anew; not so with RFC 9494 4.2.
  const before = aging || staleSeconds > 0 ? [] : swept(state, again).actions.filter((one) => one.do === "sweep");
  return { state: { is: "waiting", isAging: aging, staleSeconds }, actions: [...before, start] };
}

/** RFC 9494 4.2: after the restart time comes the long-lived one; its timer is not started anew when it runs already. */
function afterRestartTime(state: RetentionState): RetentionStep {
  if (state.is !== "waiting") return { state, actions: [] };
  if (!state.isAging && state.staleSeconds === 0) {
    return swept(state, "the peer did not come back within its restart time");
  }
  const { staleSeconds: seconds } = state;
  const timer = { do: "start-timer", timer: "longLived", fires: "long-lived-time-over", seconds } as const;
  return { state: { is: "longLived" }, actions: [{ do: "mark-long-lived" }, ...(state.isAging ? [] : [timer])] };
}

/**
 * RFC 4724 4.2: a family that the peer does not name again, or whose forwarding it lost, goes at once; once the long-lived
 * time has begun, the long-lived capability is what counts (RFC 9494 4.2).
 */
function afterReturn(state: RetentionState, event: RetentionEvent & { on: "up" }): RetentionStep {
  if (state.is === "none" || state.is === "spent") return swept(state, "");
  const aging = isAging(state);
  if (!(aging ? event.longLivedPreserved : event.preserved)) {
    return swept(state, "the peer came back without its forwarding state");
  }
  const seconds = event.stalePathSeconds;
  const timer = { do: "start-timer", timer: "phase", fires: "stale-time-over", seconds } as const;
  return { state: { is: "refreshing", isAging: aging }, actions: [timer] };
}

/**
 * Families whose routes outlive the end of a session, and for how long: when TCP just ended (RFC 4724 4.2); after a
 * NOTIFICATION only if both set the N bit and it is no hard reset (RFC 8538 4). The restart time is 0 for a family that only
 * the long-lived capability names, and the other way round (RFC 9494 4.2).
 */
export function retainedFamilies(
  { families, gracefulRestart: terms, longLived }: Pick<Negotiated, "families" | "gracefulRestart" | "longLived">,
  notification: Notification | undefined,
): readonly Retained[] {
  if (!terms) return [];
  if (notification && (!terms.notification || isHardReset(notification))) return [];
  return families
    .map((family) => ({
      family,
      restartSeconds: terms.families.includes(family) ? terms.peerRestartSeconds : 0,
      staleSeconds: longLived?.families.find((one) => one.family === family)?.staleSeconds ?? 0,
    }))
    .filter(({ restartSeconds, staleSeconds }) => restartSeconds + staleSeconds > 0);
}
