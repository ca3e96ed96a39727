const decoder = new TextDecoder();

/** The octets from `start` to `end` as UTF-8 fit to be printed: control characters become spaces, what is no text U+FFFD. */
export function printable(buf: Uint8Array, start: number, end: number): string {
  return decoder.decode(buf.subarray(start, end)).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, " ");
}

/** At most 64 octets of UTF-8, cut between characters. */
export function shortText(text: string): Uint8Array {
  let octets = new TextEncoder().encode(text);
  let end = Math.min(octets.length, 64);
  while (end < octets.length && end > 0 && (octets[end]! & 0xc0) === 0x80) end--;
  octets = octets.slice(0, end);
  return octets;
}
