import { addressFromBytes } from "../../../net/address.ts";
import { formatAddress } from "../../../net/address-text.ts";
import { decodeAttributes } from "../../attribute/decode.ts";
import { type AttributeWords, attributeWords } from "../../attribute/words.ts";
import { attributeCode } from "../../iana.ts";
import { findAttribute } from "./terms.ts";
import { type FaultWords, type RawAttribute, rawAttributes } from "./update.ts";

/** The attributes of a route that stands in a table and not in a message. */
export interface BlockWords {
  readonly path?: AttributeWords;
  readonly attributes: readonly RawAttribute[];
  readonly faults?: readonly FaultWords[];
}

/**
 * The attribute block from `start` to `end` of a routing table (RFC 6396 4.3.4): AS numbers of four octets, and of
 * MP_REACH_NLRI only the next hop and its length, though some programs write the whole. Never throws.
 */
export function describeBlock(buf: Uint8Array, start: number, end: number): BlockWords {
  const attributes = rawAttributes(buf, start, end, start);
  const reach = findAttribute(buf, start, end, attributeCode.mpReach);
  const isInternal = findAttribute(buf, start, end, attributeCode.localPref) !== undefined;
  const block = reach ? without(buf, start, end, reach) : buf.slice(start, end);
  const decoded = decodeAttributes(block, 0, block.length, { fourOctetAs: true, isInternal });
  const faults = decoded.faults.map(({ action, attribute, subcode, why }) => {
    return { action, ...(attribute !== undefined && { attribute }), subcode, why };
  });
  const path = decoded.attributes && { ...attributeWords(decoded.attributes), ...(reach && nextHops(buf, reach)) };
  return { ...(path && { path }), attributes, ...(faults.length > 0 && { faults }) };
}

interface Place {
  readonly start: number;
  readonly end: number;
}

/** The block without the attribute whose value lies at `cut`; its header of three or four octets goes too. */
function without(buf: Uint8Array, start: number, end: number, cut: Place): Uint8Array {
  const isLong =
    cut.start - 4 >= start && buf[cut.start - 3] === attributeCode.mpReach && (buf[cut.start - 4]! & 0x10) !== 0;
  const header = isLong ? 4 : 3;
  const rest = new Uint8Array(end - start - (cut.end - cut.start) - header);
  rest.set(buf.subarray(start, cut.start - header));
  rest.set(buf.subarray(cut.end, end), cut.start - header - start);
  return rest;
}

function nextHops(buf: Uint8Array, { start, end }: Place): Pick<AttributeWords, "nextHop" | "linkLocal"> {
  const isShort = buf[start] === end - start - 1;
  const at = isShort ? start + 1 : start + 4;
  const length = isShort ? buf[start]! : (buf[start + 3] ?? 0);
  if (at + length > end) return {};
  const words = [0, 16].flatMap((from) => {
    const size = length === 4 ? 4 : 16;
    const address = from + size <= length ? addressFromBytes(buf.subarray(at + from, at + from + size)) : undefined;
    return address ? [formatAddress(address)] : [];
  });
  return {
    ...(words[0] !== undefined && { nextHop: words[0] }),
    ...(words[1] !== undefined && { linkLocal: words[1] }),
  };
}
