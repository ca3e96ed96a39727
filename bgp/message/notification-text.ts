import { errorCode } from "../iana.ts";
import type { Notification } from "./notification.ts";
import { shutdownText } from "./shutdown-text.ts";

interface CodeText {
  readonly name: string;
  readonly subcodes: Readonly<Record<number, string>>;
}

/** Names of codes and subcodes as IANA and the RFCs have them (RFC 4271 4.5, 4486, 6608, 7313, 8538, 9234, 9384, 9687). */
const texts: Readonly<Record<number, CodeText>> = {
  1: {
    name: "Message Header Error",
    subcodes: { 1: "Connection Not Synchronized", 2: "Bad Message Length", 3: "Bad Message Type" },
  },
  2: {
    name: "OPEN Message Error",
    subcodes: {
      1: "Unsupported Version Number",
      2: "Bad Peer AS",
      3: "Bad BGP Identifier",
      4: "Unsupported Optional Parameter",
      5: "Authentication Failure",
      6: "Unacceptable Hold Time",
      7: "Unsupported Capability",
      8: "No Supported AFI/SAFI",
      11: "Role Mismatch",
    },
  },
  3: {
    name: "UPDATE Message Error",
    subcodes: {
      1: "Malformed Attribute List",
      2: "Unrecognized Well-known Attribute",
      3: "Missing Well-known Attribute",
      4: "Attribute Flags Error",
      5: "Attribute Length Error",
      6: "Invalid ORIGIN Attribute",
      7: "AS Routing Loop",
      8: "Invalid NEXT_HOP Attribute",
      9: "Optional Attribute Error",
      10: "Invalid Network Field",
      11: "Malformed AS_PATH",
    },
  },
  4: { name: "Hold Timer Expired", subcodes: {} },
  5: {
    name: "Finite State Machine Error",
    subcodes: {
      1: "Unexpected Message in OpenSent",
      2: "Unexpected Message in OpenConfirm",
      3: "Unexpected Message in Established",
    },
  },
  6: {
    name: "Cease",
    subcodes: {
      1: "Maximum Number of Prefixes Reached",
      2: "Administrative Shutdown",
      3: "Peer De-configured",
      4: "Administrative Reset",
      5: "Connection Rejected",
      6: "Other Configuration Change",
      7: "Connection Collision Resolution",
      8: "Out of Resources",
      9: "Hard Reset",
      10: "BFD Down",
    },
  },
  7: { name: "ROUTE-REFRESH Message Error", subcodes: { 1: "Invalid Message Length" } },
  8: { name: "Send Hold Timer Expired", subcodes: {} },
};

/** A NOTIFICATION for people: `Cease/Administrative Shutdown "maintenance"`, or numbers where there is no name. */
export function describeNotification(n: Notification): string {
  const code = texts[n.code];
  const name = code?.name ?? `code ${n.code}`;
  const subcode = code?.subcodes[n.subcode] ?? (n.subcode ? `subcode ${n.subcode}` : "");
  const text = shutdownText(n);
  return name + (subcode && `/${subcode}`) + (text === undefined ? "" : ` "${text}"`) + (hardReset(n) ?? "");
}

/** What a hard reset carries inside: the NOTIFICATION that was meant (RFC 8538 3.1). */
function hardReset(n: Notification): string | undefined {
  if (n.code !== errorCode.cease || n.subcode !== 9 || n.data.length < 2) return undefined;
  const inner = { code: n.data[0]!, subcode: n.data[1]!, data: n.data.subarray(2) };
  return inner.code === errorCode.cease && inner.subcode === 9 ? undefined : ` (${describeNotification(inner)})`;
}
