/** The protocols that Calico's API can name, as nft prints them (/etc/protocols; IANA "Assigned Internet Protocol Numbers"). */
const names: ReadonlyMap<number, string> = new Map([
  [1, "icmp"],
  [4, "ipencap"],
  [6, "tcp"],
  [17, "udp"],
  [41, "ipv6"],
  [47, "gre"],
  [50, "esp"],
  [51, "ah"],
  [58, "ipv6-icmp"],
  [132, "sctp"],
  [136, "udplite"],
]);

const numbers: ReadonlyMap<string, number> = new Map([...names].map(([number, name]) => [name, number]));

/** The name nft prints for a protocol number, or the number itself. */
export function protocolName(number: number): string {
  return names.get(number) ?? String(number);
}

/** The number of a protocol given by name or as a decimal number 0..255, or undefined. */
export function protocolNumber(text: string): number | undefined {
  const named = numbers.get(text);
  if (named !== undefined) return named;
  const value = /^(0|[1-9][0-9]{0,2})$/.test(text) ? Number(text) : 256;
  return value > 255 ? undefined : value;
}
