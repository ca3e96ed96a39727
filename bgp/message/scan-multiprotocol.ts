import type { Family } from "../../net/family.ts";
import { familyOf } from "../family.ts";
import { attributeCode, attributeFlag, updateError } from "../iana.ts";
import { countPrefixes } from "../nlri/count.ts";
import type { Negotiated } from "../session/negotiated.ts";
import { attributeFault, fault } from "./scan-fault.ts";
import type { UpdateFault } from "./update-fault.ts";
import type { UpdateScan } from "./update-scan.ts";

/**
 * Reads MP_REACH_NLRI (RFC 4760 3), which lies from `at`, its value from `start` to `end`: AFI 2, SAFI 1, next hop length
 * 1, next hop, reserved 1, NLRI. The answer is what is wrong with it (RFC 7606 5.3, 7.11).
 */
export function scanReach(
  buf: Uint8Array,
  at: number,
  start: number,
  end: number,
  negotiated: Negotiated,
  scan: UpdateScan,
): UpdateFault | undefined {
  const reset = (subcode: number, why: string): UpdateFault =>
    attributeFault(buf, at, end, "reset", subcode, `MP_REACH_NLRI: ${why}`);
  if (!isOptionalOnly(buf[at]!)) return reset(updateError.flags, "flags of another category than optional");
  if (end - start < 5) return reset(updateError.optional, `${end - start} octets: at least 5 expected`);
  scan.hasReach = true;
  scan.reachAttributeStart = at;
  scan.reachAttributeEnd = end;
  const family = negotiatedFamily(buf, start, negotiated);
  if (!family) return notNegotiated(attributeCode.mpReach, buf, start);
  const hop = buf[start + 3]!;
  const nlri = start + 4 + hop + 1;
  if (!isNextHopLength(hop, family, negotiated) || nlri > end) {
    return reset(updateError.optional, `a next hop of ${hop} octets does not belong to ${family}`);
  }
  const count = countPrefixes(buf, nlri, end, family, negotiated.addPath[family].receive);
  if (count < 0) return reset(updateError.network, "not a whole number of prefixes");
  scan.reachFamily = family;
  scan.nextHopStart = start + 4;
  scan.nextHopEnd = start + 4 + hop;
  scan.reachStart = nlri;
  scan.reachEnd = end;
  scan.reachable += count;
  return undefined;
}

/** Reads MP_UNREACH_NLRI (RFC 4760 4): AFI 2, SAFI 1, withdrawn routes. As `scanReach`. */
export function scanUnreach(
  buf: Uint8Array,
  at: number,
  start: number,
  end: number,
  negotiated: Negotiated,
  scan: UpdateScan,
): UpdateFault | undefined {
  const reset = (subcode: number, why: string): UpdateFault =>
    attributeFault(buf, at, end, "reset", subcode, `MP_UNREACH_NLRI: ${why}`);
  if (!isOptionalOnly(buf[at]!)) return reset(updateError.flags, "flags of another category than optional");
  if (end - start < 3) return reset(updateError.optional, `${end - start} octets: at least 3 expected`);
  scan.unreachAttributeStart = at;
  scan.unreachAttributeEnd = end;
  const family = negotiatedFamily(buf, start, negotiated);
  if (!family) return notNegotiated(attributeCode.mpUnreach, buf, start);
  const count = countPrefixes(buf, start + 3, end, family, negotiated.addPath[family].receive);
  if (count < 0) return reset(updateError.network, "not a whole number of prefixes");
  scan.unreachFamily = family;
  scan.unreachStart = start + 3;
  scan.unreachEnd = end;
  scan.unreachable += count;
  return undefined;
}

function isOptionalOnly(flags: number): boolean {
  return (flags & (attributeFlag.optional | attributeFlag.transitive)) === attributeFlag.optional;
}

/** RFC 2545 3, and RFC 8950 3 for IPv4 prefixes. */
function isNextHopLength(octets: number, family: Family, negotiated: Negotiated): boolean {
  if (octets === 16 || octets === 32) return family === "ipv6" || negotiated.extendedNextHop;
  return octets === 4 && family === "ipv4";
}

function negotiatedFamily(buf: Uint8Array, at: number, negotiated: Negotiated): Family | undefined {
  const family = familyOf((buf[at]! << 8) | buf[at + 1]!, buf[at + 2]!);
  return family && negotiated.families.includes(family) ? family : undefined;
}

/** RFC 4760 7 lets the receiver ignore what it did not agree to. */
function notNegotiated(code: number, buf: Uint8Array, at: number): UpdateFault {
  const name = `AFI ${(buf[at]! << 8) | buf[at + 1]!} SAFI ${buf[at + 2]}`;
  return fault(code, "discard", updateError.optional, `prefixes of ${name} left out: not negotiated`);
}
