import type { Writer } from "../../lib/writer.ts";
import type { Capabilities } from "./capabilities.ts";

/** Capabilities while they are being read. */
export type CapabilitiesDraft = { -readonly [Name in keyof Capabilities]: Capabilities[Name] };

/**
 * One capability: its row in the table. `decode` reads the value from `start` to `end` into the draft, or says what is
 * malformed about it; `encode` appends whole TLVs, or nothing when the side does not have the capability. One that
 * comes several times is read several times (RFC 5492 4).
 */
export interface CapabilityDescriptor {
  readonly code: number;
  /** The name in the IANA registry. */
  readonly name: string;
  readonly decode: (buf: Uint8Array, start: number, end: number, into: CapabilitiesDraft) => string | undefined;
  readonly encode: (capabilities: Capabilities, writer: Writer) => void;
}

/** What is said of a value of the wrong length. */
export function wrongLength(found: number, right: string): string {
  return `${found} octets: ${right} expected`;
}
