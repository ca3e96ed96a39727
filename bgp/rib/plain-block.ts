import { attributeCode, attributeFlag } from "../iana.ts";

const { extendedLength, optional, transitive } = attributeFlag;
const optionalTransitive = optional | transitive;

/** Flags each attribute of a plain block must have, by code; 0 where the attribute makes the block not plain. */
const flagsOf = new Uint8Array(256);
flagsOf[attributeCode.origin] = transitive;
flagsOf[attributeCode.asPath] = transitive;
flagsOf[attributeCode.nextHop] = transitive;
flagsOf[attributeCode.med] = optional;
flagsOf[attributeCode.localPref] = transitive;
flagsOf[attributeCode.atomicAggregate] = transitive;
flagsOf[attributeCode.communities] = optionalTransitive;
flagsOf[attributeCode.originatorId] = optional;
flagsOf[attributeCode.clusterList] = optional;
flagsOf[attributeCode.mpReach] = optional;
flagsOf[attributeCode.extendedCommunities] = optionalTransitive;
flagsOf[attributeCode.largeCommunities] = optionalTransitive;

/**
 * Whether a block with four-octet AS numbers is so ordinary that it needs no decoding to be kept as it is: known
 * attributes only, each once, ascending (MP_REACH_NLRI in front), flags as they should be, values without a flaw. Says no
 * when in doubt: such a block goes the long way, through `decodeAttributes`. Nearly all blocks of real peers are plain.
 */
export function isPlainBlock(buf: Uint8Array, start: number, end: number, isInternal: boolean): boolean {
  let before = 0;
  let hasNextHop = false;
  for (let at = start; at < end; ) {
    if (at + 3 > end) return false;
    const flags = buf[at]!;
    const code = buf[at + 1]!;
    const isLong = (flags & extendedLength) !== 0;
    const value = at + (isLong ? 4 : 3);
    const length = isLong ? (buf[at + 2]! << 8) | buf[at + 3]! : buf[at + 2]!;
    if (isLong && length < 256) return false;
    if ((flags & ~extendedLength) !== flagsOf[code] || flags === 0 || value + length > end) return false;
    if (code === attributeCode.mpReach || code === attributeCode.nextHop) {
      if (hasNextHop || (code === attributeCode.mpReach && before !== 0)) return false;
      hasNextHop = true;
    }
    if (code !== attributeCode.mpReach) {
      if (code <= before) return false;
      before = code;
    }
    if (!isPlainValue(buf, code, value, value + length, isInternal)) return false;
    at = value + length;
  }
  return true;
}

function isPlainValue(b: Uint8Array, code: number, at: number, end: number, isInternal: boolean): boolean {
  const length = end - at;
  switch (code) {
    case attributeCode.origin:
      return length === 1 && b[at]! <= 2;
    case attributeCode.asPath:
      return isPlainPath(b, at, end);
    case attributeCode.nextHop:
      return length === 4 && b[at] !== 0 && b[at] !== 127 && b[at]! < 224;
    case attributeCode.med:
      return length === 4;
    case attributeCode.localPref:
    case attributeCode.originatorId:
      return isInternal && length === 4;
    case attributeCode.atomicAggregate:
      return length === 0;
    case attributeCode.communities:
      return length > 0 && length <= 32 && (length & 3) === 0 && !hasTwin(b, at, end, 4);
    case attributeCode.clusterList:
      return isInternal && length > 0 && (length & 3) === 0;
    case attributeCode.mpReach:
      return isPlainMpReach(b, at, length);
    case attributeCode.extendedCommunities:
      return length > 0 && length <= 64 && (length & 7) === 0 && !hasTwin(b, at, end, 8);
    case attributeCode.largeCommunities:
      return length > 0 && length <= 96 && length % 12 === 0 && !hasTwin(b, at, end, 12);
    default:
      return false;
  }
}

/** Sequences only, none empty, no AS 0 (RFC 7607). */
function isPlainPath(b: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    if (end - at < 6 || b[at] !== 2) return false;
    const next = at + 2 + b[at + 1]! * 4;
    if (next > end || next === at + 2) return false;
    for (at += 2; at < next; at += 4)
      if (b[at] === 0 && b[at + 1] === 0 && b[at + 2] === 0 && b[at + 3] === 0) return false;
  }
  return true;
}

/** A global next hop of 4 or 16 octets, or 2000::/3 with a link-local one behind it. */
function isPlainMpReach(b: Uint8Array, at: number, length: number): boolean {
  const hop = b[at + 3]!;
  if (length !== hop + 5) return false;
  if (hop === 4) return b[at + 4] !== 0 && b[at + 4] !== 127 && b[at + 4]! < 224;
  const isUnicast = b[at + 4]! > 0 && b[at + 4]! < 0xfe;
  if (hop === 16) return isUnicast;
  return hop === 32 && isUnicast && b[at + 20] === 0xfe && (b[at + 21]! & 0xc0) === 0x80;
}

/** Whether two entries of `size` octets are equal; the lists are short. */
function hasTwin(b: Uint8Array, start: number, end: number, size: number): boolean {
  for (let x = start + size; x < end; x += size) {
    for (let y = start; y < x; y += size) {
      let same = 0;
      while (same < size && b[x + same] === b[y + same]) same++;
      if (same === size) return true;
    }
  }
  return false;
}
