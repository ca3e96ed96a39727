import { Writer } from "../../lib/writer.ts";
import { u16At, u32At } from "../attribute/octets.ts";
import { type Capabilities, capabilities } from "../capability/capabilities.ts";
import type { CapabilitiesDraft } from "../capability/descriptor.ts";
import { readCapabilities, writeCapabilities } from "../capability/table.ts";
import { errorCode, messageType, openError, reservedAsn } from "../iana.ts";
import { HEADER_LENGTH, writeMessage } from "./header.ts";
import { type Notification, notification } from "./notification.ts";

/** The version of BGP spoken here. */
export const BGP_VERSION = 4;

/** An OPEN (RFC 4271 4.2), its capabilities read. */
export interface Open {
  /** The My Autonomous System field: AS_TRANS for one that needs four octets. */
  readonly myAs: number;
  readonly holdTimeSeconds: number;
  /** BGP Identifier, host integer. */
  readonly routerId: number;
  readonly capabilities: Capabilities;
}

/** An OPEN that cannot be read: what to answer, and why, in words. */
export interface OpenFault {
  readonly notification: Notification;
  readonly why: string;
}

/** The AS number that an OPEN names: of the four-octet capability when there is one (RFC 6793 4.1). */
export function openAsn(open: Open): number {
  return open.capabilities.fourOctetAs ?? open.myAs;
}

const CAPABILITIES_PARAMETER = 2;
const EXTENDED_LENGTH = 255;

/**
 * Reads the OPEN from `start` (its marker) to `end`, at least 29 octets as the framer has seen to. Checks version and
 * structure; whether we like what it says is for `validateOpen`. Never throws.
 *
 *      | version 1 | my AS 2 | hold time 2 | identifier 4 | parameters' length 1 | parameters |
 */
export function readOpen(buf: Uint8Array, start: number, end: number): Open | OpenFault {
  const at = start + HEADER_LENGTH;
  const version = buf[at]!;
  if (version !== BGP_VERSION) {
    const data = Uint8Array.of(0, BGP_VERSION);
    return faultOf(openError.version, `version ${version}: ${BGP_VERSION} expected`, data);
  }
  const draft: CapabilitiesDraft = capabilities();
  const fault = readParameters(buf, at + 9, end, draft);
  if (fault) return fault;
  return {
    myAs: u16At(buf, at + 1),
    holdTimeSeconds: u16At(buf, at + 3),
    routerId: u32At(buf, at + 5),
    capabilities: draft,
  };
}

/** Optional parameters from their length octet on, also with the two-octet lengths of RFC 9072. */
function readParameters(
  buf: Uint8Array,
  lengthAt: number,
  end: number,
  into: CapabilitiesDraft,
): OpenFault | undefined {
  const length = buf[lengthAt]!;
  const extended = length !== 0 && lengthAt + 1 < end && buf[lengthAt + 1] === EXTENDED_LENGTH;
  if (extended && lengthAt + 4 > end) return faultOf(openError.unspecific, "extended parameter length is cut off");
  let at = extended ? lengthAt + 4 : lengthAt + 1;
  const total = extended ? u16At(buf, lengthAt + 2) : length;
  if (at + total !== end) {
    return faultOf(openError.unspecific, `parameters of ${total} octets in a message with room for ${end - at}`);
  }
  const header = extended ? 3 : 2;
  while (at < end) {
    const value = at + header;
    const next = value > end ? end + 1 : value + (extended ? u16At(buf, at + 1) : buf[at + 1]!);
    if (next > end) return faultOf(openError.unspecific, "a parameter runs over the end of the message");
    if (buf[at] !== CAPABILITIES_PARAMETER) {
      return faultOf(openError.optionalParameter, `optional parameter ${buf[at]} is not supported`);
    }
    const flaw = readCapabilities(buf, value, next, into);
    if (flaw) return faultOf(openError.unspecific, flaw);
    at = next;
  }
  return undefined;
}

function faultOf(subcode: number, why: string, data?: Uint8Array): OpenFault {
  return { notification: notification(errorCode.open, subcode, data), why };
}

/** Appends an OPEN: all capabilities in one parameter, with the lengths of RFC 9072 only when they need it. */
export function writeOpen(writer: Writer, open: Open): Writer {
  const tlvs = new Writer();
  writeCapabilities(tlvs, open.capabilities);
  const octets = tlvs.length;
  return writeMessage(writer, messageType.open, (w) => {
    w.u8(BGP_VERSION).u16(open.myAs).u16(open.holdTimeSeconds).u32(open.routerId);
    if (octets === 0) w.u8(0);
    else if (octets + 2 < EXTENDED_LENGTH)
      w.u8(octets + 2)
        .u8(CAPABILITIES_PARAMETER)
        .u8(octets);
    else
      w.u8(255)
        .u8(EXTENDED_LENGTH)
        .u16(octets + 3)
        .u8(CAPABILITIES_PARAMETER)
        .u16(octets);
    w.bytes(tlvs.view());
  });
}

/** What goes into the My Autonomous System field for an AS number (RFC 6793 4.2.1). */
export function myAsField(asn: number): number {
  return asn > 0xffff ? reservedAsn.trans : asn;
}
