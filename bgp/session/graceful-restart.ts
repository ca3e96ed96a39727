import type { Family } from "../../net/family.ts";
import { ceaseCode, errorCode } from "../iana.ts";
import type { Notification } from "../message/notification.ts";
import type { GracefulRestartTerms } from "./negotiated.ts";

/**
 * How the helper of a restarting peer stands (RFC 4724 4.2): nothing stale; waiting for the peer to come back; or the
 * peer is back and `families` still wait for End-of-RIB.
 */
export type RetentionState =
  | { readonly is: "none" }
  | { readonly is: "waiting"; readonly families: readonly Family[] }
  | { readonly is: "refreshing"; readonly families: readonly Family[] };

/** What can happen to it. `down` names the families to retain, none for an ordinary end. */
export type RetentionEvent =
  | { readonly on: "down"; readonly retain: readonly Family[]; readonly restartSeconds: number }
  | { readonly on: "up"; readonly forwardingPreserved: readonly Family[]; readonly stalePathSeconds: number }
  | { readonly on: "end-of-rib"; readonly family: Family }
  | { readonly on: "restart-time-over" | "stale-time-over" | "stopped" };

/** What to do: `sweep` removes the routes of a family that are still stale. One timer is enough: its ends exclude each other. */
export type RetentionAction =
  | { readonly do: "sweep"; readonly family: Family; readonly why: string }
  | { readonly do: "start-timer"; readonly fires: "restart-time-over" | "stale-time-over"; readonly seconds: number }
  | { readonly do: "stop-timer" };

/** The answer: the next state, and what to do in that order. */
export interface RetentionStep {
  readonly state: RetentionState;
  readonly actions: readonly RetentionAction[];
}

/** Nothing stale. */
export const nothingStale: RetentionState = { is: "none" };

const stopTimer: RetentionAction = { do: "stop-timer" };

function sweepAll(families: readonly Family[], why: string): RetentionAction[] {
  return families.map((family) => ({ do: "sweep", family, why }));
}

/** The next step of the helper. Pure and total. */
export function retentionStep(state: RetentionState, event: RetentionEvent): RetentionStep {
  const stale = state.is === "none" ? [] : state.families;
  switch (event.on) {
    case "down": {
      // RFC 4724 4.2: what is stale from an earlier restart goes before anything is marked anew.
      const swept = sweepAll(stale, "the peer went away again before it had told everything");
      if (event.retain.length === 0) return { state: nothingStale, actions: [...swept, stopTimer] };
      const timer: RetentionAction = { do: "start-timer", fires: "restart-time-over", seconds: event.restartSeconds };
      return { state: { is: "waiting", families: event.retain }, actions: [...swept, timer] };
    }
    case "up":
      return afterReturn(stale, event.forwardingPreserved, event.stalePathSeconds);
    case "end-of-rib": {
      if (state.is !== "refreshing" || !stale.includes(event.family)) return { state, actions: [] };
      const left = stale.filter((family) => family !== event.family);
      const swept = sweepAll([event.family], "End-of-RIB received");
      if (left.length > 0) return { state: { is: "refreshing", families: left }, actions: swept };
      return { state: nothingStale, actions: [...swept, stopTimer] };
    }
    case "restart-time-over":
      return { state: nothingStale, actions: sweepAll(stale, "the peer did not come back within its restart time") };
    case "stale-time-over":
      return { state: nothingStale, actions: sweepAll(stale, "the peer sent no End-of-RIB in time") };
    case "stopped":
      return { state: nothingStale, actions: [...sweepAll(stale, "the session was stopped"), stopTimer] };
  }
}

/** RFC 4724 4.2: a family that the peer does not name again, or whose forwarding it lost, goes at once. */
function afterReturn(stale: readonly Family[], kept: readonly Family[], stalePathSeconds: number): RetentionStep {
  const left = stale.filter((family) => kept.includes(family));
  const gone = stale.filter((family) => !kept.includes(family));
  const swept = sweepAll(gone, "the peer came back without its forwarding state");
  if (left.length === 0) return { state: nothingStale, actions: [...swept, stopTimer] };
  const timer: RetentionAction = { do: "start-timer", fires: "stale-time-over", seconds: stalePathSeconds };
  return { state: { is: "refreshing", families: left }, actions: [...swept, timer] };
}

/**
 * Families whose routes outlive the end of a session: those of the peer's capability when TCP just ended (RFC 4724 4.2);
 * after a NOTIFICATION only if both set the N bit and it is no hard reset (RFC 8538 4).
 */
export function retainedFamilies(
  terms: GracefulRestartTerms | undefined,
  notification: Notification | undefined,
): readonly Family[] {
  if (!terms || terms.peerRestartSeconds === 0) return [];
  if (!notification) return terms.families;
  const isHardReset = notification.code === errorCode.cease && notification.subcode === ceaseCode.hardReset;
  return terms.notification && !isHardReset ? terms.families : [];
}
