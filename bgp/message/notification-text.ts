import { capabilityTable } from "../capability/table.ts";
import { errorCode, openError } from "../iana.ts";
import { insideHardReset } from "./hard-reset.ts";
import { maxPrefixLimit } from "./max-prefix.ts";
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
  const more = details(n);
  return name + (subcode && `/${subcode}`) + (text === undefined ? "" : ` "${text}"`) + (more && ` (${more})`);
}

/** What the data says, where it has a form: what a hard reset means, which limit, which capabilities. */
function details(n: Notification): string {
  const inner = insideHardReset(n);
  if (inner) return describeNotification(inner);
  const exceeded = maxPrefixLimit(n);
  if (exceeded) return `${exceeded.family ?? "another family"}, limit ${exceeded.limit}`;
  if (n.code === errorCode.open && n.subcode === openError.capability) return requiredCapabilities(n.data).join(", ");
  return "";
}

/** Names or numbers of the capabilities in the data of 2/7 (RFC 5492 5), as far as they can be read. */
function requiredCapabilities(data: Uint8Array): string[] {
  const names: string[] = [];
  for (let at = 0; at + 2 <= data.length; at += 2 + data[at + 1]!) {
    const code = data[at]!;
    names.push(capabilityTable.find((one) => one.code === code)?.name ?? `capability ${code}`);
  }
  return names;
}
