import { ceaseCode, errorCode, headerError, messageType, openError } from "../iana.ts";
import { HEADER_LENGTH } from "../message/header.ts";
import { cease, notification, readNotification } from "../message/notification.ts";
import { describeNotification } from "../message/notification-text.ts";
import { readOpen } from "../message/open.ts";
import { readRouteRefresh } from "../message/route-refresh.ts";
import { scanUpdate } from "../message/scan-update.ts";
import type { ConnectionHost, SessionEvent } from "./connection-host.ts";
import type { SessionConnection } from "./session-connection.ts";

/** What a connection that loses a collision hears of it (RFC 4271 6.8). */
export const collisionLost: SessionEvent = {
  name: "OpenCollisionDump",
  notification: cease(ceaseCode.collision),
  why: "another connection to the peer goes on",
};

/**
 * Makes an event of one message, which the framer cut and whose header is good; or delivers what is no matter of the
 * state machine (routes, while Established) to the host, and answers undefined.
 */
export function takeMessage(
  connection: SessionConnection,
  host: ConnectionHost,
  type: number,
  buf: Uint8Array,
  start: number,
  end: number,
): SessionEvent | undefined {
  const isEstablished = connection.state === "Established";
  if (type === messageType.update && isEstablished) return takeUpdate(connection, host, buf, start, end);
  if (type === messageType.keepalive) return { name: "KeepAliveMsg", why: "KEEPALIVE", messageType: type };
  if (type === messageType.open) return takeOpen(connection, host, buf, start, end);
  if (type === messageType.notification) return takeNotification(buf, start, end);
  if (type === messageType.routeRefresh && isEstablished) return takeRefresh(connection, host, buf, start, end);
  const name = type === messageType.update ? "UPDATE" : "ROUTE-REFRESH";
  return { name: "UpdateMsg", why: `${name} before the session was up`, messageType: type };
}

function takeOpen(
  connection: SessionConnection,
  host: ConnectionHost,
  buf: Uint8Array,
  start: number,
  end: number,
): SessionEvent {
  const open = readOpen(buf, start, end);
  if ("notification" in open) return { name: "BGPOpenMsgErr", ...open };
  const { state, isDelaying } = connection;
  if (state !== "OpenSent" && !isDelaying) {
    return { name: "BGPOpen", why: "OPEN when none was due", messageType: messageType.open };
  }
  const verdict = host.judgeOpen(connection, open);
  if (verdict === "lost") return collisionLost;
  if (typeof verdict === "object") return { name: "BGPOpenMsgErr", ...verdict };
  connection.agree(open, verdict !== "welcome");
  const name = isDelaying ? "BGPOpen with DelayOpenTimer running" : "BGPOpen";
  return { name, why: "OPEN", messageType: messageType.open };
}

function takeNotification(buf: Uint8Array, start: number, end: number): SessionEvent {
  const received = readNotification(buf, start, end);
  const isVersion = received.code === errorCode.open && received.subcode === openError.version;
  const why = `received ${describeNotification(received)}`;
  return { name: isVersion ? "NotifMsgVerErr" : "NotifMsg", notification: received, why };
}

function takeUpdate(
  connection: SessionConnection,
  host: ConnectionHost,
  buf: Uint8Array,
  start: number,
  end: number,
): SessionEvent | undefined {
  const { scan, tell, config } = host.ports;
  scanUpdate(buf, start, end, connection.negotiated!, scan);
  for (const { action, attribute, why } of scan.faults) {
    const update = hex(buf, start, Math.min(end, start + 4096));
    tell({ fact: "bgp.update-malformed", peer: config.name, action, attribute, why, update });
  }
  if (scan.verdict === "reset") {
    host.onMalformed(buf, start, end, scan.faults);
    const worst = scan.faults.at(-1)!;
    const said = notification(errorCode.update, worst.subcode, worst.data);
    return { name: "UpdateMsgErr", notification: said, why: worst.why };
  }
  if (scan.verdict === "end-of-rib") {
    host.onEndOfRib(scan.endOfRib!);
    return undefined;
  }
  const answer = host.onUpdate(scan, buf, start, end);
  if (!answer) return undefined;
  const name = answer.code === errorCode.update ? "UpdateMsgErr" : "AutomaticStop";
  return { name, notification: answer, why: describeNotification(answer) };
}

/**
 * A family that is not ours, an ORF we did not ask for, or a subtype nobody knows is no fault (RFC 2918 4, RFC 7313 5). A
 * wrong length is: 7/1 with the whole message between two that know the demarcated form, else 1/2.
 */
function takeRefresh(
  connection: SessionConnection,
  host: ConnectionHost,
  buf: Uint8Array,
  start: number,
  end: number,
): SessionEvent | undefined {
  const { tell, config } = host.ports;
  const { enhancedRouteRefresh, families } = connection.negotiated!;
  const asked = readRouteRefresh(buf, start, end);
  if (!asked) {
    const isFilter = end - start > REFRESH_LENGTH && !(enhancedRouteRefresh && isDemarcation(buf[start + 21]!));
    if (!isFilter) return refreshFault(enhancedRouteRefresh, buf, start, end);
  }
  // Without RFC 7313 the octet is reserved, and ignored (RFC 2918 3).
  const subtype = enhancedRouteRefresh ? (asked?.subtype ?? 0) : 0;
  if (asked?.family && families.includes(asked.family) && subtype <= 2) {
    host.onRouteRefresh(asked.family, subtype);
    return undefined;
  }
  const offered = subtype > 2 ? `of subtype ${subtype}` : "for a family that was not negotiated";
  const why = asked ? offered : "with outbound route filters, which we did not offer";
  tell({ fact: "bgp.message-ignored", peer: config.name, type: "ROUTE-REFRESH", why });
  return undefined;
}

const REFRESH_LENGTH = HEADER_LENGTH + 4;

function isDemarcation(subtype: number): boolean {
  return subtype === 1 || subtype === 2;
}

function refreshFault(isEnhanced: boolean, buf: Uint8Array, start: number, end: number): SessionEvent {
  const why = `ROUTE-REFRESH of ${end - start} octets: ${REFRESH_LENGTH} expected`;
  if (isEnhanced) {
    const said = notification(errorCode.routeRefresh, 1, buf.slice(start, end));
    return { name: "AutomaticStop", notification: said, why };
  }
  const said = notification(errorCode.messageHeader, headerError.badLength, buf.slice(start + 16, start + 18));
  return { name: "BGPHeaderErr", notification: said, why };
}

/** The octets as text, made only when something is wrong. */
function hex(buf: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let i = start; i < end; i++) text += buf[i]!.toString(16).padStart(2, "0");
  return text;
}
