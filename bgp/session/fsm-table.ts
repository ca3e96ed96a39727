import type { EventName } from "./event.ts";
import type { Action, Transition } from "./fsm.ts";
import type { State } from "./state.ts";

/** Answers of one state, the first whose guard holds; an event that is not listed is ignored there. */
export type StateRow = { readonly [E in EventName]?: readonly Transition[] };

function go(to: State, ...does: Action[]): Transition {
  return { to, does };
}

/** To Idle with the failure counted, after whatever is to be said to the peer. */
function fail(...first: Action[]): readonly Transition[] {
  return [go("Idle", ...first, "stopConnectRetry", "drop", "countFailure")];
}

/** To Idle by the operator's will, or for a reason that is no failure. */
function leave(...first: Action[]): readonly Transition[] {
  return [go("Idle", ...first, "stopConnectRetry", "drop", "zeroCounter")];
}

const Idle: StateRow = {
  ManualStart: [go("Connect", "zeroCounter", "startConnectRetry", "dial")],
  AutomaticStart: [go("Connect", "startConnectRetry", "dial")],
  ManualStart_with_PassiveTcpEstablishment: [go("Active", "zeroCounter", "startConnectRetry")],
  AutomaticStart_with_PassiveTcpEstablishment: [go("Active", "startConnectRetry")],
};

/** Connect and Active once TCP is up: send OPEN, or let the peer speak first. */
function connected(state: State): readonly Transition[] {
  return [
    { when: "delayOpen", ...go(state, "stopConnectRetry", "startDelayOpen") },
    go("OpenSent", "stopConnectRetry", "sendOpen", "startLargeHold"),
  ];
}

const openWhileDelaying = [
  go("OpenConfirm", "stopConnectRetry", "stopDelayOpen", "sendOpen", "sendKeepalive", "startKeepalive", "startHold"),
];

/** A version error while OPEN is delayed is no failure: the peer only says what it speaks. */
const versionError: readonly Transition[] = [
  { when: "delayOpenRunning", ...go("Idle", "stopConnectRetry", "stopDelayOpen", "drop") },
  ...fail(),
];

/** Before OPEN was sent: what cannot be is a failure (RFC 4271 8.2.2, "any other event"). */
const beforeOpen: StateRow = {
  AutomaticStop: fail(),
  HoldTimer_Expires: fail(),
  KeepaliveTimer_Expires: fail(),
  IdleHoldTimer_Expires: fail(),
  BGPOpen: fail(),
  "BGPOpen with DelayOpenTimer running": openWhileDelaying,
  BGPHeaderErr: fail(),
  BGPOpenMsgErr: fail(),
  OpenCollisionDump: [
    { when: "delayOpenRunning", ...go("Idle", "notifyCease", "stopConnectRetry", "stopDelayOpen", "drop") },
    go("Idle", "stopConnectRetry", "drop"),
  ],
  NotifMsgVerErr: versionError,
  NotifMsg: fail(),
  KeepAliveMsg: fail(),
  UpdateMsg: fail(),
  UpdateMsgErr: fail(),
};

const Connect: StateRow = {
  ...beforeOpen,
  ManualStop: leave(),
  ConnectRetryTimer_Expires: [go("Connect", "drop", "startConnectRetry", "stopDelayOpen", "dial")],
  DelayOpenTimer_Expires: [go("OpenSent", "sendOpen", "startLargeHold")],
  Tcp_CR_Acked: connected("Connect"),
  TcpConnectionConfirmed: connected("Connect"),
  TcpConnectionFails: [go("Active", "drop", "startConnectRetry", "stopDelayOpen")],
};

const Active: StateRow = {
  ...beforeOpen,
  ManualStop: leave(),
  ConnectRetryTimer_Expires: [go("Connect", "startConnectRetry", "dial")],
  DelayOpenTimer_Expires: [go("OpenSent", "stopConnectRetry", "stopDelayOpen", "sendOpen", "startLargeHold")],
  Tcp_CR_Acked: connected("Active"),
  TcpConnectionConfirmed: connected("Active"),
  TcpConnectionFails: [go("Idle", "stopDelayOpen", "drop", "countFailure")],
};

/** Once OPEN was sent, every way out is said to the peer. */
const afterOpen: StateRow = {
  ManualStop: leave("notifyCease"),
  AutomaticStop: fail("notifyCease"),
  ConnectRetryTimer_Expires: fail("notifyFsm"),
  HoldTimer_Expires: fail("notifyHoldTimer"),
  DelayOpenTimer_Expires: fail("notifyFsm"),
  IdleHoldTimer_Expires: fail("notifyFsm"),
  TcpConnectionFails: fail(),
  BGPOpen: fail("notifyFsm"),
  "BGPOpen with DelayOpenTimer running": fail("notifyFsm"),
  BGPHeaderErr: fail("notifyFault"),
  BGPOpenMsgErr: fail("notifyFault"),
  OpenCollisionDump: [go("Idle", "notifyCease", "stopConnectRetry", "drop")],
  NotifMsgVerErr: [go("Idle", "stopConnectRetry", "drop")],
  NotifMsg: fail(),
  UpdateMsg: fail("notifyFsm"),
  UpdateMsgErr: fail("notifyFsm"),
};

const OpenSent: StateRow = {
  ...afterOpen,
  KeepaliveTimer_Expires: fail("notifyFsm"),
  TcpConnectionFails: [go("Active", "drop", "startConnectRetry")],
  BGPOpen: [go("OpenConfirm", "stopDelayOpen", "stopConnectRetry", "sendKeepalive", "startKeepalive", "startHold")],
  KeepAliveMsg: fail("notifyFsm"),
};

const OpenConfirm: StateRow = {
  ...afterOpen,
  KeepaliveTimer_Expires: [go("OpenConfirm", "sendKeepalive", "startKeepalive")],
  KeepAliveMsg: [go("Established", "startHold")],
};

const Established: StateRow = {
  ...afterOpen,
  KeepaliveTimer_Expires: [go("Established", "sendKeepalive", "startKeepalive")],
  NotifMsgVerErr: fail(),
  KeepAliveMsg: [go("Established", "startHold")],
  UpdateMsg: [go("Established", "deliverUpdate", "startHold")],
  UpdateMsgErr: fail("notifyFault"),
};

/**
 * RFC 4271 8.2.2 as data. Where it departs from the letter (the README says why): a call that fails leads from Connect to
 * Active and is no failure; losing a collision is no failure; AutomaticStart keeps the counter; a NOTIFICATION in
 * OpenSent is not answered; header and OPEN errors in Established are named for what they are.
 */
export const table: { readonly [S in State]: StateRow } = { Idle, Connect, Active, OpenSent, OpenConfirm, Established };
