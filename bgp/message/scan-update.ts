import { decodeAttributes } from "../attribute/decode.ts";
import { attributeCode, attributeFlag, updateError } from "../iana.ts";
import { countPrefixes } from "../nlri/count.ts";
import type { Negotiated } from "../session/negotiated.ts";
import { HEADER_LENGTH } from "./header.ts";
import { gatherBlock } from "./scan-block.ts";
import { addFault, fault, missingFaults } from "./scan-fault.ts";
import { scanReach, scanUnreach } from "./scan-multiprotocol.ts";
import type { UpdateFault } from "./update-fault.ts";
import type { UpdateScan } from "./update-scan.ts";

/**
 * Finds the parts of the UPDATE that lies from `start` (its marker) to `end` of `buf`, and judges its structure as RFC
 * 7606 3 to 5 and 7.11 to 7.12 say. What the attributes mean is for `decodeAttributes`, once for every distinct block.
 * Never throws, whatever the octets; one pass, and no allocation unless something is wrong. The header was checked by
 * the framer, so there are at least 23 octets.
 */
export function scanUpdate(
  buf: Uint8Array,
  start: number,
  end: number,
  negotiated: Negotiated,
  scan: UpdateScan,
): void {
  scan.clear();
  const withdrawnStart = start + HEADER_LENGTH + 2;
  const withdrawnEnd = withdrawnStart + ((buf[withdrawnStart - 2]! << 8) | buf[withdrawnStart - 1]!);
  const attributesStart = withdrawnEnd + 2;
  const attributesEnd =
    attributesStart > end ? end + 1 : attributesStart + ((buf[withdrawnEnd]! << 8) | buf[withdrawnEnd + 1]!);
  if (attributesEnd > end) {
    addFault(scan, lengthsDisagree);
    return;
  }
  scan.attributesStart = attributesStart;
  scan.attributesEnd = attributesEnd;
  if (withdrawnStart !== withdrawnEnd || attributesEnd !== end) {
    const found = legacyRanges(buf, withdrawnStart, withdrawnEnd, attributesEnd, end, negotiated, scan);
    if (found) addFault(scan, found);
  }
  if (attributesStart !== attributesEnd) walkAttributes(buf, attributesStart, attributesEnd, negotiated, scan);
  if (scan.verdict === "reset") return;
  if (attributesEnd !== end || scan.hasReach) judgeReachable(buf, attributesEnd !== end, negotiated, scan);
  else judgeUnreachable(buf, withdrawnStart === withdrawnEnd, negotiated, scan);
}

/** RFC 7606 3 (b). */
const lengthsDisagree: UpdateFault = fault(
  undefined,
  "reset",
  updateError.malformedList,
  "Withdrawn Routes Length and Total Path Attribute Length exceed the length of the message",
);

/** The Withdrawn Routes and NLRI fields, IPv4 unicast (RFC 4271 4.3). */
function legacyRanges(
  buf: Uint8Array,
  withdrawnStart: number,
  withdrawnEnd: number,
  nlriStart: number,
  end: number,
  negotiated: Negotiated,
  scan: UpdateScan,
): UpdateFault | undefined {
  const addPath = negotiated.addPath.ipv4.receive;
  const withdrawn = countPrefixes(buf, withdrawnStart, withdrawnEnd, "ipv4", addPath);
  const announced = countPrefixes(buf, nlriStart, end, "ipv4", addPath);
  if (withdrawn < 0 || announced < 0) {
    const field = withdrawn < 0 ? "Withdrawn Routes" : "NLRI";
    return fault(undefined, "reset", updateError.network, `${field}: not a whole number of prefixes`);
  }
  if (!negotiated.families.includes("ipv4")) {
    const why = "IPv4 prefixes left out: IPv4 unicast was not negotiated";
    return fault(undefined, "discard", updateError.network, why);
  }
  scan.withdrawnStart = withdrawnStart;
  scan.withdrawnEnd = withdrawnEnd;
  scan.unreachable = withdrawn;
  scan.nlriStart = nlriStart;
  scan.nlriEnd = end;
  scan.reachable = announced;
  return undefined;
}

const MULTIPROTOCOL = (1 << attributeCode.mpReach) | (1 << attributeCode.mpUnreach);

/** One pass over the attributes: finds the multiprotocol ones and notes which others are there. */
function walkAttributes(buf: Uint8Array, start: number, end: number, negotiated: Negotiated, scan: UpdateScan): void {
  let present = 0;
  let at = start;
  while (at < end) {
    const flags = buf[at]!;
    const code = buf[at + 1]!;
    const header = flags & attributeFlag.extendedLength ? 4 : 3;
    const value = at + header;
    const next = value > end ? end + 1 : value + (header === 4 ? (buf[at + 2]! << 8) | buf[at + 3]! : buf[at + 2]!);
    if (next > end) {
      addFault(scan, walkFailed(buf, at, end, scan));
      break;
    }
    if (code < 32) {
      const bit = 1 << code;
      if (bit & MULTIPROTOCOL) {
        const found =
          present & bit
            ? fault(code, "reset", updateError.malformedList, "a multiprotocol attribute stands there twice")
            : code === attributeCode.mpReach
              ? scanReach(buf, at, value, next, negotiated, scan)
              : scanUnreach(buf, at, value, next, negotiated, scan);
        if (found) addFault(scan, found);
      }
      present |= bit;
    }
    at = next;
  }
  scan.present = present;
}

/** RFC 7606 4: Total Attribute Length is trusted, so the NLRI field is found; MP_REACH_NLRI behind the damage is not. */
function walkFailed(buf: Uint8Array, at: number, end: number, scan: UpdateScan): UpdateFault {
  const code = end - at >= 2 ? buf[at + 1]! : undefined;
  const multiprotocol = code === attributeCode.mpReach || code === attributeCode.mpUnreach;
  const locatable = scan.nlriStart !== scan.nlriEnd || scan.hasReach;
  const why = `an attribute runs over the end of the ${end - scan.attributesStart} octets of attributes`;
  return fault(code, multiprotocol || !locatable ? "reset" : "withdraw", updateError.malformedList, why);
}

const ORIGIN_AND_PATH = (1 << attributeCode.origin) | (1 << attributeCode.asPath);
const NEXT_HOP = 1 << attributeCode.nextHop;
const LOCAL_PREF = 1 << attributeCode.localPref;

/** Something is announced: the mandatory attributes must be there (RFC 7606 3 (d)), and the block is for interning. */
function judgeReachable(buf: Uint8Array, hasNlri: boolean, negotiated: Negotiated, scan: UpdateScan): void {
  if (scan.verdict === "ok" && scan.reachable > 0) {
    const required = ORIGIN_AND_PATH | (hasNlri ? NEXT_HOP : 0) | (negotiated.isInternal ? LOCAL_PREF : 0);
    if ((scan.present & required) !== required) missingFaults(scan, required & ~scan.present);
  }
  if (scan.verdict === "ok") gatherBlock(buf, scan);
}

/** Nothing is announced: withdrawals, End-of-RIB, or attributes that belong to nothing (RFC 7606 5.2). */
function judgeUnreachable(buf: Uint8Array, noneWithdrawn: boolean, negotiated: Negotiated, scan: UpdateScan): void {
  const start = scan.attributesStart;
  const end = scan.attributesEnd;
  if (start === end) {
    if (noneWithdrawn && negotiated.families.includes("ipv4")) endOfRib(scan, "ipv4");
    return;
  }
  const onlyUnreach = scan.unreachAttributeStart === start && scan.unreachAttributeEnd === end;
  if (onlyUnreach) {
    if (noneWithdrawn && scan.unreachFamily && scan.unreachStart === scan.unreachEnd)
      endOfRib(scan, scan.unreachFamily);
    return;
  }
  gatherBlock(buf, scan);
  for (const f of decodeAttributes(scan.block, scan.blockStart, scan.blockEnd, negotiated).faults) {
    if (f.action === "discard") addFault(scan, f);
    else addFault(scan, { ...f, action: "reset", why: `${f.why}, and no reachable prefix to withdraw` });
  }
}

function endOfRib(scan: UpdateScan, family: "ipv4" | "ipv6"): void {
  scan.verdict = "end-of-rib";
  scan.endOfRib = family;
}
