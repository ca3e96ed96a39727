import { attributeFlag } from "../iana.ts";

/** Where the value of an attribute lies in its block. */
export interface ValueSpan {
  readonly start: number;
  readonly end: number;
}

/** The value of the attribute of this code in a well-formed attribute block, or undefined when it has none. O(attributes). */
export function valueSpan(block: Uint8Array, code: number): ValueSpan | undefined {
  for (let at = 0; at < block.length; ) {
    const isLong = (block[at]! & attributeFlag.extendedLength) !== 0;
    const start = at + (isLong ? 4 : 3);
    const end = start + (isLong ? (block[at + 2]! << 8) | block[at + 3]! : block[at + 2]!);
    if (block[at + 1] === code) return { start, end };
    at = end;
  }
  return undefined;
}

/** The value of an attribute as numbers of 32 bits, without what is left over; empty when there is none. */
export function wordsOf(block: Uint8Array, code: number): number[] {
  const span = valueSpan(block, code);
  const words: number[] = [];
  if (!span) return words;
  for (let at = span.start; at + 4 <= span.end; at += 4) {
    words.push(((block[at]! << 24) | (block[at + 1]! << 16) | (block[at + 2]! << 8) | block[at + 3]!) >>> 0);
  }
  return words;
}
