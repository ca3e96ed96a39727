import type { Address } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import { covers, formatPrefix, type Prefix } from "../../net/prefix.ts";
import type { SetLookup } from "../match.ts";
import type { Packet } from "../packet.ts";
import type { IcmpMatch, Match, PortRange, SideMatch } from "../rule.ts";
import type { SetId } from "../set.ts";
import { icmpWords, portWords, protocolWords } from "./protocol-words.ts";
import { type DefinitionOf, setWords } from "./set-words.ts";

/** What `whyNot` looks into: the sets, and what they were made from. */
export interface MatchContext {
  readonly sets: SetLookup;
  readonly definitionOf: DefinitionOf;
}

/** How many prefixes or ports are written out before they are only counted. */
const listed = 4;

/**
 * The first thing that a rule asks and a packet does not meet, in words: `destination port 80 is not 443`; undefined when it
 * meets everything. Says undefined exactly when `matchesPacket` says true, and asks in the same order.
 */
export function whyNot(match: Match, packet: Packet, context: MatchContext): string | undefined {
  const { family, protocol, notProtocol, source, destination, icmp, notIcmp } = match;
  if (family && family !== packet.source.family) return `the rule is about ${family === "ipv4" ? "IPv4" : "IPv6"}`;
  if (protocol !== undefined && protocol !== packet.protocol)
    return `${protocolWords(packet.protocol)} is not ${protocolWords(protocol)}`;
  if (notProtocol === packet.protocol) return `${protocolWords(packet.protocol)} is excluded`;
  return (
    (source && sideFails("source", source, packet.source, packet.sourcePort, packet, context)) ??
    (destination &&
      sideFails("destination", destination, packet.destination, packet.destinationPort, packet, context)) ??
    icmpFails(icmp, notIcmp, packet)
  );
}

function sideFails(
  name: "source" | "destination",
  side: SideMatch,
  address: Address,
  port: number | undefined,
  packet: Packet,
  context: MatchContext,
): string | undefined {
  const subject = `${name} ${formatAddress(address)}`;
  return (
    netsFail(subject, side, address) ??
    setsFail(subject, side, address, context) ??
    portsFail(name, side, address, port, packet.protocol, context)
  );
}

function netsFail(subject: string, { nets, notNets }: SideMatch, address: Address): string | undefined {
  const inside = (net: Prefix) => covers(net, address);
  if (nets && !nets.some(inside)) {
    const many = nets.length > listed ? `any of ${nets.length} nets` : nets.map(formatPrefix).join(" or ");
    return `${subject} is not in ${many}`;
  }
  const excluded = notNets?.find(inside);
  return excluded && `${subject} is in ${formatPrefix(excluded)}, which is excluded`;
}

function setsFail(
  subject: string,
  { inSets, notInSets }: SideMatch,
  address: Address,
  { sets, definitionOf }: MatchContext,
): string | undefined {
  const lacking = inSets?.find((id) => !sets.hasAddress(id, address));
  if (lacking !== undefined) return `${subject} is not ${setWords(lacking, definitionOf)}`;
  const excluded = notInSets?.find((id) => sets.hasAddress(id, address));
  return excluded === undefined ? undefined : `${subject} is ${setWords(excluded, definitionOf)}, which is excluded`;
}

function portsFail(
  name: string,
  { ports, namedPorts, notPorts, notNamedPorts, inPortSets }: SideMatch,
  address: Address,
  port: number | undefined,
  protocol: number,
  { sets, definitionOf }: MatchContext,
): string | undefined {
  const has = (id: SetId) => port !== undefined && sets.hasPort(id, address, protocol, port);
  const among = (ranges: readonly PortRange[] = [], named: readonly SetId[] = []) =>
    port !== undefined && (ranges.some(({ from, to }) => from <= port && port <= to) || named.some(has));
  const subject = port === undefined ? `a packet without ${name} port` : `${name} port ${port}`;
  const words = (ranges: readonly PortRange[] = [], named: readonly SetId[] = []) => {
    const numbers = ranges.length > listed ? `one of ${ranges.length} ranges` : portWords(ranges);
    return [numbers, ...named.map((id) => setWords(id, definitionOf))].filter((each) => each !== "").join(" or ");
  };
  if ((ports || namedPorts) && !among(ports, namedPorts)) return `${subject} is not ${words(ports, namedPorts)}`;
  const lacking = inPortSets?.find((id) => !has(id));
  if (lacking !== undefined) {
    const at = port === undefined ? "" : ` port ${port}`;
    return `${name} ${formatAddress(address)}${at} is not ${setWords(lacking, definitionOf)}`;
  }
  return (notPorts || notNamedPorts) && among(notPorts, notNamedPorts) ? `${subject} is excluded` : undefined;
}

function icmpFails(icmp: IcmpMatch | undefined, notIcmp: IcmpMatch | undefined, packet: Packet): string | undefined {
  const { icmpType, icmpCode } = packet;
  const same = ({ type, code }: IcmpMatch) => icmpType === type && (code === undefined || icmpCode === code);
  const words = icmpType === undefined ? "a packet without ICMP type" : `ICMP type ${said(icmpType, icmpCode)}`;
  if (icmp && !same(icmp)) return `${words} is not ${icmpWords(icmp)}`;
  return notIcmp && same(notIcmp) ? `${words} is excluded` : undefined;
}

function said(type: number, code: number | undefined): string {
  return icmpWords({ type, ...(code !== undefined && { code }) });
}
