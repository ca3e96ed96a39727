import { type Address, ipv4, ipv6 } from "../../net/address.ts";
import { formatAddress, parseAddress } from "../../net/address-text.ts";
import { maskWord, parsePrefix } from "../../net/prefix.ts";
import { addressOctets, type Octets, octet, readWord32, word16, word32 } from "../nftables/octets.ts";
import { protocolName, protocolNumber } from "../nftables/protocol.ts";
import { InvalidIpset } from "./error.ts";
import type { IpsetMember, IpsetSpec } from "./set.ts";

/**
 * A member in the form in which sets are compared and encoded: a string whose characters are octets (0..255). The address (4 or
 * 16 octets, host bits cleared), then of hash:net the prefix length; of hash:ip,port the protocol and the port; of
 * hash:net,iface the prefix length and the interface's name.
 */
export type MemberKey = Octets;

/** Octets of an address of the set's family. */
export function addressWidth(spec: Pick<IpsetSpec, "family">): 4 | 16 {
  return spec.family === "inet" ? 4 : 16;
}

/** The interface names that Linux takes (dev_valid_name), without the comma that would end one here. */
const interfaceName = /^(?!\.{1,2}$)[^\s/:,\0]{1,15}$/;
const ascii = /^[!-~]+$/;

const right = {
  "hash:net": "an address or a prefix of its family",
  "hash:ip,port": "ADDRESS,PROTOCOL:PORT of its family",
  "hash:net,iface": "PREFIX,INTERFACE of its family",
} as const;

/** The key of a member. @throws InvalidIpset when the text spells none of that set */
export function memberKey(spec: IpsetSpec, text: IpsetMember): MemberKey {
  const key = parse(spec, text);
  if (key === undefined) throw new InvalidIpset(`member of ${spec.family} set ${spec.name}`, text, right[spec.type]);
  return key;
}

function parse(spec: IpsetSpec, text: string): MemberKey | undefined {
  if (spec.type === "hash:net") return prefixOctets(spec, text);
  const comma = text.indexOf(",");
  if (comma < 0) return undefined;
  const [first, second] = [text.slice(0, comma), text.slice(comma + 1)];
  if (spec.type === "hash:net,iface") {
    const net = prefixOctets(spec, first);
    return net !== undefined && interfaceName.test(second) && ascii.test(second) ? net + second : undefined;
  }
  const address = parseAddress(first);
  const colon = second.indexOf(":");
  const protocol = protocolNumber(second.slice(0, Math.max(colon, 0)));
  const port = second.slice(colon + 1);
  if (address?.family !== familyOf(spec) || protocol === undefined || !/^(0|[1-9][0-9]{0,4})$/.test(port)) return;
  return Number(port) > 65535 ? undefined : addressOctets(address) + octet(protocol) + word16(Number(port));
}

function familyOf(spec: IpsetSpec): "ipv4" | "ipv6" {
  return spec.family === "inet" ? "ipv4" : "ipv6";
}

function prefixOctets(spec: IpsetSpec, text: string): Octets | undefined {
  const prefix = parsePrefix(text);
  if (prefix?.family !== familyOf(spec)) return undefined;
  const { a, b, c, d, length: n } = prefix;
  const words = prefix.family === "ipv4" ? [a] : [a, b, c, d];
  return words.map((word, i) => word32(word & maskWord(n - 32 * i))).join("") + octet(n);
}

/** The member as `ipset` would write it. */
export function memberText(spec: IpsetSpec, key: MemberKey): IpsetMember {
  const wide = addressWidth(spec);
  const address = formatAddress(addressAt(key, wide));
  const number = key.charCodeAt(wide);
  if (spec.type === "hash:ip,port") {
    const port = (key.charCodeAt(wide + 1) << 8) | key.charCodeAt(wide + 2);
    return `${address},${protocolName(number)}:${port}`;
  }
  const net = number === wide * 8 ? address : `${address}/${number}`;
  return spec.type === "hash:net" ? net : `${net},${key.slice(wide + 1)}`;
}

function addressAt(key: MemberKey, wide: 4 | 16): Address {
  const word = (at: number): number => readWord32(key, at);
  return wide === 4 ? ipv4(word(0)) : ipv6(word(0), word(4), word(8), word(12));
}

/** Whether a member is a prefix of length 0, which no hash:net holds. */
export function isEverything(spec: IpsetSpec, key: MemberKey): boolean {
  return spec.type !== "hash:ip,port" && key.charCodeAt(addressWidth(spec)) === 0;
}

/** The two prefixes of length 1 that stand for one of length 0. */
export function halves(spec: IpsetSpec, everything: MemberKey): readonly [MemberKey, MemberKey] {
  const wide = addressWidth(spec);
  const rest = octet(1) + everything.slice(wide + 1);
  return [word32(0).repeat(wide / 4) + rest, word32(0x80000000) + word32(0).repeat(wide / 4 - 1) + rest];
}

/** The prefix of length 0 that a prefix of length 1 is a half of, or undefined when the member is none. */
export function wholeOf(spec: IpsetSpec, key: MemberKey): MemberKey | undefined {
  const wide = addressWidth(spec);
  if (spec.type === "hash:ip,port" || key.charCodeAt(wide) !== 1) return undefined;
  return word32(0).repeat(wide / 4) + octet(0) + key.slice(wide + 1);
}
