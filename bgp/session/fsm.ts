import type { EventName } from "./event.ts";
import { table } from "./fsm-table.ts";
import type { State } from "./state.ts";

/**
 * What a transition does, in the RFC's order. `drop` closes the connection and stops every timer; timers are restarted
 * by starting them; `notifyFault` sends the NOTIFICATION that came with the event, `notifyFsm` one of Finite State
 * Machine Error for the state (RFC 6608).
 */
export type Action =
  | "zeroCounter"
  | "countFailure"
  | "dial"
  | "drop"
  | "startConnectRetry"
  | "stopConnectRetry"
  | "startDelayOpen"
  | "stopDelayOpen"
  | "startLargeHold"
  | "startHold"
  | "startKeepalive"
  | "sendOpen"
  | "sendKeepalive"
  | "deliverUpdate"
  | "notifyCease"
  | "notifyHoldTimer"
  | "notifyFsm"
  | "notifyFault";

/** What a transition may ask about the connection: is an OPEN to be delayed, is that timer running. */
export interface Guards {
  readonly delayOpen: boolean;
  readonly delayOpenRunning: boolean;
}

/** One answer to an event: where to go and what to do. With `when`, only if that guard holds. */
export interface Transition {
  readonly when?: keyof Guards;
  readonly to: State;
  readonly does: readonly Action[];
}

/**
 * The answer of RFC 4271 8.2.2 to an event in a state. Total: what the table does not list changes nothing. Pure; the
 * same question gives the same answer, and no answer is built anew.
 */
export function step(state: State, event: EventName, guards: Guards): Transition {
  const row = table[state][event];
  if (row) for (const transition of row) if (!transition.when || guards[transition.when]) return transition;
  return stay[state];
}

const stay: { readonly [S in State]: Transition } = {
  Idle: { to: "Idle", does: [] },
  Connect: { to: "Connect", does: [] },
  Active: { to: "Active", does: [] },
  OpenSent: { to: "OpenSent", does: [] },
  OpenConfirm: { to: "OpenConfirm", does: [] },
  Established: { to: "Established", does: [] },
};
