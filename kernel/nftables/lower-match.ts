import { unreachable } from "../../lib/error.ts";
import { addressBits } from "../../net/family.ts";
import { masked, maskWord, type Prefix } from "../../net/prefix.ts";
import { NFPROTO_IPV4, NFPROTO_IPV6 } from "../nfnetlink/header.ts";
import { InvalidRuleset } from "./error.ts";
import { writeBitwise } from "./expression/bitwise.ts";
import { writeCmp } from "./expression/cmp.ts";
import { writeConnlimit } from "./expression/connlimit.ts";
import { ctKey, ctStateBit, ctStatusBit, writeCt } from "./expression/ct.ts";
import { fibFlag, NFT_FIB_RESULT_ADDRTYPE, NFT_FIB_RESULT_OIF, routeType, writeFib } from "./expression/fib.ts";
import { writeLimit } from "./expression/limit.ts";
import { metaKey, writeMeta } from "./expression/meta.ts";
import { NFT_PAYLOAD_NETWORK_HEADER, NFT_PAYLOAD_TRANSPORT_HEADER, writePayload } from "./expression/payload.ts";
import { writeRange } from "./expression/range.ts";
import { NFT_REG_1, registerAt } from "./expression/write-expression.ts";
import type { Match } from "./expression.ts";
import { lowerLookup } from "./lower-lookup.ts";
import { addressOctets, hostWord32, octet, word16 } from "./octets.ts";
import type { RuleContext } from "./rule-context.ts";

/** Offsets of the addresses in their headers (RFC 791 3.1, RFC 8200 3). */
export const addressOffset = { ipv4: { saddr: 12, daddr: 16 }, ipv6: { saddr: 8, daddr: 24 } } as const;

/** Protocol numbers (IANA). */
export const protocolOf = { tcp: 6, udp: 17, sctp: 132, ipv4: 1, ipv6: 58 } as const;

type Of<K extends Match["kind"]> = Extract<Match, { readonly kind: K }>;

function bounded(what: string, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 0 || value > most) {
    throw new InvalidRuleset(what, String(value), `a whole number from 0 to ${most}`);
  }
}

function maskOf(prefix: Prefix): string {
  const n = prefix.length;
  const { family } = prefix;
  return addressOctets({ family, a: maskWord(n), b: maskWord(n - 32), c: maskWord(n - 64), d: maskWord(n - 96) });
}

/** Whole octets of a prefix are compared as they are; nft shows both forms as a prefix, and this one is two steps. */
function lowerAddress(to: RuleContext, match: Of<"address">): void {
  const { prefix, not } = match;
  const bits = addressBits[prefix.family];
  bounded(`prefix length of ${match.field}`, prefix.length, bits);
  to.needFamily(prefix.family, `match on ${match.field}`);
  if (prefix.length === 0 && !not) return;
  const offset = addressOffset[prefix.family][match.field];
  const whole = prefix.length > 0 && prefix.length % 8 === 0;
  const octets = whole ? prefix.length / 8 : bits / 8;
  writePayload(to.w, NFT_REG_1, NFT_PAYLOAD_NETWORK_HEADER, offset, octets);
  if (!whole) writeBitwise(to.w, maskOf(prefix));
  writeCmp(to.w, addressOctets(masked(prefix)).slice(0, octets), not);
}

function lowerPort(to: RuleContext, match: Of<"port">): void {
  bounded(`first ${match.field}`, match.from, 65535);
  bounded(`last ${match.field}`, match.to, 65535);
  to.needProtocol(protocolOf[match.protocol], `match on ${match.protocol} ${match.field}`);
  writePayload(to.w, NFT_REG_1, NFT_PAYLOAD_TRANSPORT_HEADER, match.field === "sport" ? 0 : 2, 2);
  if (match.from === match.to) writeCmp(to.w, word16(match.from), match.not);
  else writeRange(to.w, word16(match.from), word16(match.to), match.not);
}

function lowerIcmp(to: RuleContext, match: Of<"icmp">): void {
  const { type, code, not } = match;
  bounded("ICMP type", type, 255);
  bounded("ICMP code", code ?? 0, 255);
  to.needFamily(match.family, "match on ICMP");
  to.needProtocol(protocolOf[match.family], "match on ICMP");
  const load = (offset: number, register = NFT_REG_1): void =>
    writePayload(to.w, register, NFT_PAYLOAD_TRANSPORT_HEADER, offset, 1);
  load(0);
  if (code !== undefined && not) {
    // "Not this type with this code" compares both side by side: one by one would also refuse the type with other codes.
    load(1, registerAt(1));
    writeCmp(to.w, `${octet(type)}\0\0\0${octet(code)}\0\0\0`, true);
    return;
  }
  writeCmp(to.w, octet(type), not);
  if (code === undefined) return;
  load(1);
  writeCmp(to.w, octet(code));
}

/** A name is compared with its padding, a wildcard without: then only its letters count. */
function lowerInterface(to: RuleContext, match: Of<"interface">): void {
  const wild = match.name.endsWith("*");
  const name = wild ? match.name.slice(0, -1) : match.name;
  if (!/^[!-~]{0,15}$/.test(name) || (name === "" && (!wild || match.not))) {
    throw new InvalidRuleset(`match on ${match.field}`, match.name, "1 to 15 printable characters, perhaps a * behind");
  }
  if (name === "") return;
  writeMeta(to.w, metaKey[match.field]);
  writeCmp(to.w, wild ? name : name.padEnd(16, "\0"), match.not);
}

function lowerMark(to: RuleContext, match: Of<"mark">): void {
  writeMeta(to.w, metaKey.mark);
  if (match.mask !== undefined && match.mask >>> 0 !== 0xffffffff) writeBitwise(to.w, hostWord32(match.mask));
  writeCmp(to.w, hostWord32(match.value), match.not);
}

/** Any of the bits: what is left under the mask is not zero. */
function lowerBits(to: RuleContext, bits: number, not: boolean | undefined): void {
  writeBitwise(to.w, hostWord32(bits));
  writeCmp(to.w, hostWord32(0), !not);
}

function lowerReversePath(to: RuleContext, match: Of<"reverse path">): void {
  const flags = fibFlag.saddr | fibFlag.iif | (match.mark ? fibFlag.mark : 0);
  writeFib(to.w, NFT_FIB_RESULT_OIF, flags);
  writeCmp(to.w, hostWord32(0), !match.missing);
}

function lowerState(to: RuleContext, match: Of<"ct state">): void {
  if (match.states.length === 0) throw new InvalidRuleset("match on ct state", "", "at least one state");
  writeCt(to.w, ctKey.state);
  const bits = match.states.reduce((sum, state) => sum | ctStateBit[state], 0);
  lowerBits(to, bits, match.not);
}

function lowerProtocol(to: RuleContext, { protocol, not }: Of<"l4proto">): void {
  bounded("protocol", protocol, 255);
  if (!not) {
    to.needProtocol(protocol, "match on the protocol");
    return;
  }
  writeMeta(to.w, metaKey.l4proto);
  writeCmp(to.w, octet(protocol), true);
}

function lowerFamily(to: RuleContext, { family, not }: Of<"nfproto">): void {
  if (!not) {
    to.needFamily(family, "match on the family");
    return;
  }
  writeMeta(to.w, metaKey.nfproto);
  writeCmp(to.w, octet(family === "ipv4" ? NFPROTO_IPV4 : NFPROTO_IPV6), true);
}

/** Writes the expressions that ask a packet. @throws InvalidRuleset */
export function lowerMatch(to: RuleContext, match: Match): void {
  switch (match.kind) {
    case "address":
      lowerAddress(to, match);
      break;
    case "port":
      lowerPort(to, match);
      break;
    case "l4proto":
      lowerProtocol(to, match);
      break;
    case "nfproto":
      lowerFamily(to, match);
      break;
    case "icmp":
      lowerIcmp(to, match);
      break;
    case "interface":
      lowerInterface(to, match);
      break;
    case "mark":
      lowerMark(to, match);
      break;
    case "ct state":
      lowerState(to, match);
      break;
    case "ct status":
      writeCt(to.w, ctKey.status);
      lowerBits(to, ctStatusBit[match.status], match.not);
      break;
    case "lookup":
      lowerLookup(to, match);
      break;
    case "reverse path":
      lowerReversePath(to, match);
      break;
    case "address type":
      writeFib(to.w, NFT_FIB_RESULT_ADDRTYPE, fibFlag[match.field]);
      writeCmp(to.w, hostWord32(routeType[match.type]), match.not);
      break;
    case "limit":
      writeLimit(to.w, match);
      break;
    case "ct count":
      bounded("ct count", match.connections, 0xffffffff);
      writeConnlimit(to.w, match.connections, match.over);
      break;
    default:
      unreachable(match);
  }
}
