import { hardReset, isFinal, isHardReset } from "../message/hard-reset.ts";
import type { SessionEvent } from "./connection-host.ts";
import type { Negotiated } from "./negotiated.ts";

/** The event with the NOTIFICATION that it leads to: where RFC 8538 was agreed, one of ours that really ends the session says so. */
export function hardened(event: SessionEvent, negotiated: Negotiated | undefined): SessionEvent {
  const said = event.notification;
  const isOurs = event.name !== "NotifMsg" && event.name !== "NotifMsgVerErr";
  if (!said || !isOurs || !negotiated?.gracefulRestart?.notification) return event;
  return isFinal(said) && !isHardReset(said) ? { ...event, notification: hardReset(said) } : event;
}
