import { protocolNumbers } from "../../datastore/model/protocol.ts";
import type { IcmpMatch, PortRange } from "../rule.ts";

const names = new Map<number, string>([
  ...Object.entries(protocolNumbers).map(([name, number]) => [number, name.toLowerCase()] as const),
  [4, "ipip"],
  [47, "gre"],
  [50, "esp"],
]);

/** A protocol as people write it: `tcp`, `icmpv6`, `protocol 99`. */
export function protocolWords(protocol: number): string {
  return names.get(protocol) ?? `protocol ${protocol}`;
}

/** Ports as people write them: `80,443,8000-8100`. */
export function portWords(ranges: readonly PortRange[]): string {
  return ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(",");
}

/** `8` or `3/1`, type and code. */
export function icmpWords({ type, code }: IcmpMatch): string {
  return code === undefined ? `${type}` : `${type}/${code}`;
}
