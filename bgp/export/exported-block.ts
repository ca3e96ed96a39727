import { type Address, addressFromBytes } from "../../net/address.ts";
import { attributeCode, attributeFlag } from "../iana.ts";
import type { AttributeStore } from "../rib/attribute-store.ts";

/** Where the value of an attribute lies in a well-formed block between `start` and `end`, or -1. */
export function valueAt(buf: Uint8Array, start: number, end: number, code: number): number {
  for (let at = start; at < end; ) {
    const isLong = (buf[at]! & attributeFlag.extendedLength) !== 0;
    const value = at + (isLong ? 4 : 3);
    if (buf[at + 1] === code) return value;
    at = value + (isLong ? (buf[at + 2]! << 8) | buf[at + 3]! : buf[at + 2]!);
  }
  return -1;
}

/** Whether a set has an attribute; read from its octets, since exported sets have no columns. */
export function hasAttribute(store: AttributeStore, set: number, code: number): boolean {
  const start = store.start(set);
  return valueAt(store.chunk(set), start, start + store.length(set), code) >= 0;
}

/** The next hop that a set names, the global one of two (RFC 2545 3), or undefined when it names none. */
export function nextHopOf(store: AttributeStore, set: number): Address | undefined {
  const buf = store.chunk(set);
  const start = store.start(set);
  if (buf[start + 1] === attributeCode.mpReach) {
    const at = start + 7;
    return addressFromBytes(buf.subarray(at, at + Math.min(16, buf[at - 1]!)));
  }
  const at = valueAt(buf, start, start + store.length(set), attributeCode.nextHop);
  return at < 0 ? undefined : addressFromBytes(buf.subarray(at, at + 4));
}
