import { ceaseCode, errorCode } from "../iana.ts";
import { type Notification, notification } from "./notification.ts";

/** Ceases after which nothing is to be kept: whoever sends one does not come back soon, or the way to it is broken. */
const final: readonly number[] = [
  ceaseCode.maxPrefixes,
  ceaseCode.adminShutdown,
  ceaseCode.deconfigured,
  ceaseCode.connectionRejected,
  ceaseCode.outOfResources,
  ceaseCode.bfdDown,
];

/** Whether a NOTIFICATION is a Hard Reset (RFC 8538 3). */
export function isHardReset({ code, subcode }: Notification): boolean {
  return code === errorCode.cease && subcode === ceaseCode.hardReset;
}

/** Whether a NOTIFICATION of ours really ends the session, so that no route is to outlive it. */
export function isFinal(said: Notification): boolean {
  return isHardReset(said) || (said.code === errorCode.cease && final.includes(said.subcode));
}

/** Puts a NOTIFICATION into a Hard Reset: code, subcode and data become the data (RFC 8538 3.1). */
export function hardReset({ code, subcode, data }: Notification): Notification {
  return notification(errorCode.cease, ceaseCode.hardReset, Uint8Array.of(code, subcode, ...data));
}

/** The NOTIFICATION inside a Hard Reset; undefined when it is none, carries nothing, or only another one. */
export function insideHardReset(said: Notification): Notification | undefined {
  if (!isHardReset(said) || said.data.length < 2) return undefined;
  const inner = notification(said.data[0]!, said.data[1]!, said.data.subarray(2));
  return isHardReset(inner) ? undefined : inner;
}
