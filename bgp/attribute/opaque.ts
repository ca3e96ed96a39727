import { attributeCode } from "../iana.ts";
import type { FaultAction } from "../message/update-fault.ts";
import { OPTIONAL, OPTIONAL_TRANSITIVE } from "./descriptor.ts";
import { u16At } from "./octets.ts";
import { tlvFlaw } from "./tlv.ts";

/** Whether the attributes from one offset to another are without a fault that would cost routes. */
export type InnerJudge = (start: number, end: number) => boolean;

/**
 * An attribute whose value means nothing to this speaker, but whose syntax is known: only that is judged (RFC 7606 7 and
 * the RFC of each). Sound and transitive it goes on as octets, with the Partial bit; sound and not transitive it goes no
 * further, as one we did not know (RFC 4271 5).
 */
export interface OpaqueDescriptor {
  readonly code: number;
  readonly name: string;
  /** The Optional and Transitive bits it must have. */
  readonly flags: number;
  /** What other flags cost: `withdraw` unless its own RFC says else (RFC 7606 3 c). */
  readonly wrongFlags: FaultAction;
  /** What a malformed value costs. */
  readonly action: FaultAction;
  /** What a value of no octets costs where that is something else. */
  readonly whenEmpty?: FaultAction;
  /** What is malformed about the value from `start` to `end`, or undefined. */
  readonly malformed: (buf: Uint8Array, start: number, end: number, inner: InnerJudge) => string | undefined;
}

const withdraw = { wrongFlags: "withdraw", action: "withdraw" } as const;
const discard = { wrongFlags: "discard", action: "discard" } as const;

/** Every such attribute, in ascending order of code. */
export const opaqueTable: readonly OpaqueDescriptor[] = [
  {
    code: attributeCode.pmsiTunnel,
    name: "PMSI_TUNNEL",
    flags: OPTIONAL_TRANSITIVE,
    ...withdraw,
    malformed: pmsiFlaw,
  },
  {
    // RFC 9012 13: a TLV beyond the end costs the routes, no TLV at all or no Transitive bit only the attribute.
    code: attributeCode.tunnelEncapsulation,
    name: "TUNNEL_ENCAPSULATION",
    flags: OPTIONAL_TRANSITIVE,
    wrongFlags: "discard",
    action: "withdraw",
    whenEmpty: "discard",
    malformed: (buf, start, end) => tlvFlaw(buf, start, end, { typeOctets: 2 }),
  },
  {
    // RFC 7606 7.13 leaves open what is malformed: RFC 5543 3 begins with 36 octets of fixed form.
    code: attributeCode.trafficEngineering,
    name: "TRAFFIC_ENGINEERING",
    flags: OPTIONAL,
    ...withdraw,
    malformed: (_, start, end) => (end - start < 36 ? `${end - start} octets: at least 36 expected` : undefined),
  },
  {
    code: attributeCode.ipv6ExtendedCommunities,
    name: "IPV6_EXTENDED_COMMUNITIES",
    flags: OPTIONAL_TRANSITIVE,
    ...withdraw,
    malformed: (_, start, end) => multipleFlaw(end - start, 20),
  },
  { code: attributeCode.aigp, name: "AIGP", flags: OPTIONAL, ...discard, malformed: aigpFlaw },
  {
    code: attributeCode.bgpLs,
    name: "BGP_LS",
    flags: OPTIONAL,
    ...discard,
    malformed: (buf, start, end) => tlvFlaw(buf, start, end, { typeOctets: 2 }),
  },
  { code: attributeCode.prefixSid, name: "PREFIX_SID", flags: OPTIONAL_TRANSITIVE, ...discard, malformed: sidFlaw },
  { code: attributeCode.attrSet, name: "ATTR_SET", flags: OPTIONAL_TRANSITIVE, ...withdraw, malformed: setFlaw },
];

const rows = new Array<OpaqueDescriptor | undefined>(256).fill(undefined);
for (const row of opaqueTable) rows[row.code] = row;

/** The row of a type code, or undefined when it is none of these. */
export function opaqueByCode(code: number): OpaqueDescriptor | undefined {
  return rows[code];
}

function multipleFlaw(octets: number, of: number): string | undefined {
  return octets === 0 || octets % of !== 0 ? `${octets} octets: a multiple of ${of}, not 0, expected` : undefined;
}

/** Types of P-Multicast tunnels (IANA): 0 to 13, composite ones (RFC 8317) with the high bit set, and experiments. */
function pmsiFlaw(buf: Uint8Array, start: number, end: number): string | undefined {
  if (end - start < 5) return `${end - start} octets: at least 5 expected`;
  const type = buf[start + 1]!;
  const isKnown = (type & 0x7f) <= 13 || (type & 0x7f) >= 0x7b;
  return isKnown ? undefined : `tunnel type ${type} is unknown`;
}

/** RFC 7311 3: lengths count the TLV's own head; the one of type 1 has 11 octets. */
function aigpFlaw(buf: Uint8Array, start: number, end: number): string | undefined {
  const flaw = tlvFlaw(buf, start, end, { typeOctets: 1, countsHead: true });
  if (flaw) return flaw;
  for (let at = start; at < end; at += u16At(buf, at + 1)) {
    const length = u16At(buf, at + 1);
    if (buf[at] === 1 && length !== 11) return `an AIGP TLV of ${length} octets: 11 expected`;
  }
  return undefined;
}

/** RFC 8669 3 and 6: a label index has 7 octets, an originator SRGB 2 and 6 for each range; others are not looked into. */
function sidFlaw(buf: Uint8Array, start: number, end: number): string | undefined {
  const flaw = tlvFlaw(buf, start, end, { typeOctets: 1 });
  if (flaw) return flaw;
  for (let at = start; at < end; at += 3 + u16At(buf, at + 1)) {
    const length = u16At(buf, at + 1);
    if (buf[at] === 1 && length !== 7) return `a label index of ${length} octets: 7 expected`;
    if (buf[at] === 3 && (length < 8 || length % 6 !== 2))
      return `an SRGB of ${length} octets: 2 and 6 a range expected`;
  }
  return undefined;
}

/** RFC 6368 5: an AS number of four octets, and attributes. */
function setFlaw(_: Uint8Array, start: number, end: number, inner: InnerJudge): string | undefined {
  if (end - start < 4) return `${end - start} octets: at least 4 expected`;
  return inner(start + 4, end) ? undefined : "an attribute within it is malformed";
}
