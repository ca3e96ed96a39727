import { ceaseCode, errorCode, fsmError } from "../iana.ts";
import { insideHardReset } from "../message/hard-reset.ts";
import { type Notification, notification as notificationOf } from "../message/notification.ts";
import type { SessionEvent } from "./connection-host.ts";
import type { FailureKind } from "./damping.ts";
import type { DownReason } from "./session-listener.ts";

/** Ceases after which the peer means to come back: no reason to stay away. */
const passing: readonly number[] = [
  ceaseCode.adminReset,
  ceaseCode.configChange,
  ceaseCode.hardReset,
  ceaseCode.bfdDown,
];

function isPassing(said: Notification | undefined): boolean {
  return said?.code === errorCode.cease && passing.includes(said.subcode);
}

/** What kind of failure an event that ended a connection was, for when to try again. */
export function failureKind({ name, notification: said }: SessionEvent): FailureKind {
  const notification = said && (insideHardReset(said) ?? said);
  switch (name) {
    case "OpenCollisionDump":
      return "collision";
    case "TcpConnectionFails":
    case "HoldTimer_Expires":
      return "transport";
    case "NotifMsg":
      if (notification?.code === errorCode.holdTimer || notification?.code === errorCode.sendHoldTimer)
        return "transport";
      if (notification?.code !== errorCode.cease) return "protocol";
      if (notification.subcode === ceaseCode.collision) return "collision";
      return isPassing(notification) ? "transport" : "protocol";
    case "AutomaticStop":
      return isPassing(notification) ? "transport" : "protocol";
    default:
      return "protocol";
  }
}

/** Who ended an Established session, and with which NOTIFICATION if any. */
export function downCause(event: SessionEvent): Pick<DownReason, "cause" | "notification"> {
  const { name, notification } = event;
  switch (name) {
    case "ManualStop":
      return { cause: "stopped", notification };
    case "NotifMsg":
    case "NotifMsgVerErr":
      return { cause: "received", notification };
    case "TcpConnectionFails":
      return { cause: "connection", notification: undefined };
    case "HoldTimer_Expires":
      return { cause: "sent", notification: notificationOf(errorCode.holdTimer, 0) };
    default:
      return { cause: "sent", notification: notification ?? notificationOf(errorCode.fsm, fsmError.established) };
  }
}
