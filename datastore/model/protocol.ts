import * as z from "zod";

/** IP protocol numbers of the names that Calico knows (IANA protocol-numbers). */
export const protocolNumbers = { ICMP: 1, TCP: 6, UDP: 17, ICMPv6: 58, SCTP: 132, UDPLite: 136 } as const;

/** The name of a protocol that Calico knows by name. */
export type ProtocolName = keyof typeof protocolNumbers;

const byFoldedName = new Map(Object.entries(protocolNumbers).map(([name, number]) => [name.toLowerCase(), number]));

/** A protocol: a name (any case is read, `TCP` is written) or a number 1 to 255, also as text. */
export const protocolSchema = z.union([
  z.int().min(1).max(255),
  z
    .string()
    .refine(
      (text) => protocolNumber(text) !== undefined,
      "TCP, UDP, ICMP, ICMPv6, SCTP, UDPLite or 1 to 255 is wanted",
    ),
]);

/** A protocol as a resource spells it. */
export type Protocol = number | string;

/** The IP protocol number of a protocol in any spelling, or undefined when it is none. */
export function protocolNumber(protocol: Protocol): number | undefined {
  const known = typeof protocol === "string" ? byFoldedName.get(protocol.toLowerCase()) : undefined;
  if (known !== undefined) return known;
  if (typeof protocol === "string" && !/^[0-9]{1,3}$/.test(protocol)) return undefined;
  const number = Number(protocol);
  return Number.isInteger(number) && number >= 1 && number <= 255 ? number : undefined;
}

/** Whether ports mean something with this protocol: TCP, UDP or SCTP (Calico validator/v3). */
export function hasPorts(protocol: Protocol): boolean {
  const number = protocolNumber(protocol);
  return number === 6 || number === 17 || number === 132;
}
