/** The AS number a text spells, as a plain number or asdot `hi.lo` (RFC 5396), or undefined when it is none. */
export function parseAsn(text: string): number | undefined {
  const parts = /^([0-9]{1,10})(?:\.([0-9]{1,5}))?$/.exec(text);
  if (!parts) return undefined;
  const [, first, second] = parts;
  if (second === undefined) return Number(first) <= 0xffffffff ? Number(first) : undefined;
  const high = Number(first);
  const low = Number(second);
  return high <= 0xffff && low <= 0xffff ? high * 65536 + low : undefined;
}

/** Whether the AS number is for private use (RFC 6996). */
export function isPrivateAsn(asn: number): boolean {
  return (asn >= 64512 && asn <= 65534) || (asn >= 4200000000 && asn <= 4294967294);
}
