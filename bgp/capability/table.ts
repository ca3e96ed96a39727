import type { Writer } from "../../lib/writer.ts";
import { addPath } from "./add-path.ts";
import type { Capabilities } from "./capabilities.ts";
import type { CapabilitiesDraft, CapabilityDescriptor } from "./descriptor.ts";
import { enhancedRouteRefresh } from "./enhanced-route-refresh.ts";
import { extendedMessage } from "./extended-message.ts";
import { extendedNextHop } from "./extended-next-hop.ts";
import { fourOctetAs } from "./four-octet-as.ts";
import { gracefulRestart } from "./graceful-restart.ts";
import { hostName } from "./host-name.ts";
import { longLived } from "./long-lived.ts";
import { multiprotocol } from "./multiprotocol.ts";
import { role } from "./role.ts";
import { routeRefresh } from "./route-refresh.ts";
import { softwareVersion } from "./software-version.ts";

/** Every capability this speaker knows, in the order in which it offers them. */
export const capabilityTable: readonly CapabilityDescriptor[] = [
  multiprotocol,
  routeRefresh,
  extendedNextHop,
  extendedMessage,
  gracefulRestart,
  fourOctetAs,
  addPath,
  enhancedRouteRefresh,
  longLived,
  role,
  hostName,
  softwareVersion,
];

/**
 * Reads the capability TLVs from `start` to `end` into the draft; the answer is what is malformed, in words (RFC 5492 4).
 */
export function readCapabilities(
  buf: Uint8Array,
  start: number,
  end: number,
  into: CapabilitiesDraft,
): string | undefined {
  let at = start;
  while (at < end) {
    const value = at + 2;
    const next = value + (buf[at + 1] ?? 0);
    if (value > end || next > end) return "a capability runs over the end of its parameter";
    const code = buf[at]!;
    const row = capabilityTable.find((one) => one.code === code);
    const flaw = row?.decode(buf, value, next, into);
    if (flaw) return `capability ${row!.name}: ${flaw}`;
    if (!row) into.unknown = [...into.unknown, { code, value: buf.slice(value, next) }];
    at = next;
  }
  return undefined;
}

/** Appends the TLVs of all capabilities. */
export function writeCapabilities(writer: Writer, capabilities: Capabilities): void {
  for (const row of capabilityTable) row.encode(capabilities, writer);
  for (const { code, value } of capabilities.unknown) writer.u8(code).u8(value.length).bytes(value);
}
