import { attributeCode, attributeFlag } from "../iana.ts";
import type { UpdateScan } from "./update-scan.ts";

/**
 * Points `scan.block` at the attribute block to intern. Without multiprotocol attributes it is the message itself;
 * otherwise it is put together in the scan's scratch: MP_REACH_NLRI with family and next hop only, then the others as
 * they came.
 */
export function gatherBlock(buf: Uint8Array, scan: UpdateScan): void {
  const { attributesStart: start, attributesEnd: end } = scan;
  if (!scan.hasReach && scan.unreachAttributeEnd === 0) {
    scan.block = buf;
    scan.blockStart = start;
    scan.blockEnd = end;
    return;
  }
  const out = scan.scratch(end - start + 8);
  let at = scan.reachFamily ? putReach(buf, scan.nextHopStart, scan.nextHopEnd, out) : 0;
  const reach = scan.hasReach ? scan.reachAttributeStart : end;
  const unreach = scan.unreachAttributeEnd ? scan.unreachAttributeStart : end;
  const reachFirst = reach < unreach;
  const hole1 = reachFirst ? reach : unreach;
  const hole1End = hole1 === end ? end : reachFirst ? scan.reachAttributeEnd : scan.unreachAttributeEnd;
  const hole2 = reachFirst ? unreach : reach;
  const hole2End = hole2 === end ? end : reachFirst ? scan.unreachAttributeEnd : scan.reachAttributeEnd;
  at = copy(buf, start, hole1, out, at);
  at = copy(buf, hole1End, hole2, out, at);
  at = copy(buf, hole2End, end, out, at);
  scan.block = out;
  scan.blockStart = 0;
  scan.blockEnd = at;
}

/** The reduced MP_REACH_NLRI; the family and the length of the next hop stand right before it. */
function putReach(buf: Uint8Array, nextHopStart: number, nextHopEnd: number, out: Uint8Array): number {
  out[0] = attributeFlag.optional;
  out[1] = attributeCode.mpReach;
  out[2] = nextHopEnd - nextHopStart + 5;
  const at = copy(buf, nextHopStart - 4, nextHopEnd, out, 3);
  out[at] = 0;
  return at + 1;
}

/** Blocks are short: a loop beats making two views. */
function copy(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): number {
  for (let i = start; i < end; i++) to[at++] = from[i]!;
  return at;
}
