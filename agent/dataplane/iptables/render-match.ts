import type { IpsetMember } from "../../../kernel/ipset/set.ts";
import type { Family } from "../../../net/family.ts";
import { formatPrefix } from "../../../net/prefix.ts";
import type { Match, PortRange, SideMatch } from "../../../policy/rule.ts";
import type { SetId } from "../../../policy/set.ts";
import { netTexts } from "./member-text.ts";
import { ipsetName, listId } from "./names.ts";

/** What the rules of one family rest on. */
export interface FamilySets {
  readonly family: Family;
  /** Whether any set of the policy's has a member of the family. Where none has, nothing can be in one. */
  readonly hasMembers: boolean;
  /** Notes a list of nets that a rule needs as a set. */
  need(id: SetId, nets: readonly IpsetMember[]): void;
}

/** Ports that one multiport match can name; a range counts twice (xt_multiport, XT_MULTI_PORTS). */
const PORTS_A_MATCH = 15;

const letters = {
  source: { net: "-s", set: "src", ports: "--sports" },
  destination: { net: "-d", set: "dst", ports: "--dports" },
};

type Side = keyof typeof letters;

/**
 * The ways in which a packet of one family can meet a match, each as the arguments of one rule: several where ports are
 * more than one multiport match can name, or named. None when no packet of the family can.
 */
export function renderMatch(match: Match, sets: FamilySets): string[] {
  const { family } = sets;
  if (match.family && match.family !== family) return [];
  const front: string[] = [];
  if (match.protocol !== undefined) front.push(`-p ${protocolName(match.protocol, family)}`);
  if (match.notProtocol !== undefined) front.push(`! -p ${protocolName(match.notProtocol, family)}`);
  let ways: string[][] = [front];
  for (const side of ["source", "destination"] as const) {
    const asked = match[side];
    if (!asked) continue;
    const addresses = renderAddresses(asked, side, sets);
    if (!addresses) return [];
    const ports = renderPorts(asked, side, sets);
    ways = ways.flatMap((way) => ports.map((port) => [...way, ...addresses, ...port]));
  }
  const icmp = [...renderIcmp(match.icmp, family), ...renderIcmp(match.notIcmp, family, "! ")];
  return ways.map((way) => [...way, ...icmp].join(" "));
}

/** A protocol as iptables knows it without asking /etc/protocols. */
export function protocolName(protocol: number, family: Family): string {
  const known: Readonly<Record<number, string>> = { 6: "tcp", 17: "udp", 132: "sctp", 136: "udplite" };
  if (protocol === 1 && family === "ipv4") return "icmp";
  if (protocol === 58 && family === "ipv6") return "icmpv6";
  return known[protocol] ?? String(protocol);
}

function renderIcmp(icmp: Match["icmp"], family: Family, not = ""): string[] {
  if (!icmp) return [];
  const value = icmp.code === undefined ? `${icmp.type}` : `${icmp.type}/${icmp.code}`;
  return family === "ipv4" ? [`-m icmp ${not}--icmp-type ${value}`] : [`-m icmp6 ${not}--icmpv6-type ${value}`];
}

function renderAddresses(side: SideMatch, of: Side, { family, hasMembers, need }: FamilySets): string[] | undefined {
  if (!hasMembers && (side.inSets || side.inPortSets)) return undefined;
  const { net, set } = letters[of];
  const found: string[] = [];
  let said = false;
  for (const [list, not] of [
    [side.nets, ""],
    [side.notNets, "! "],
  ] as const) {
    if (!list) continue;
    const mine = list.filter((prefix) => prefix.family === family);
    // One -s or -d a rule is all that iptables takes.
    if (mine.length === 1 && !said) {
      found.push(`${not}${net} ${formatPrefix(mine[0]!)}`);
      said = true;
    } else if (mine.length > 0) {
      const nets = netTexts(mine);
      const id = listId(nets);
      need(id, nets);
      found.push(`-m set ${not}--match-set ${ipsetName(id, family)} ${set}`);
    } else if (not === "") return undefined;
  }
  for (const id of side.inSets ?? []) found.push(`-m set --match-set ${ipsetName(id, family)} ${set}`);
  for (const id of side.notInSets ?? []) found.push(`-m set ! --match-set ${ipsetName(id, family)} ${set}`);
  return found;
}

function renderPorts(side: SideMatch, of: Side, { family, hasMembers }: FamilySets): string[][] {
  const { set, ports } = letters[of];
  const multiport = (not: string) => (chunk: string) => `-m multiport ${not}${ports} ${chunk}`;
  const named = (id: SetId, not: string) => `-m set ${not}--match-set ${ipsetName(id, family)} ${set},${set}`;
  const always = [
    ...portChunks(side.notPorts ?? []).map(multiport("! ")),
    ...(side.notNamedPorts ?? []).map((id) => named(id, "! ")),
    ...(side.inPortSets ?? []).map((id) => named(id, "")),
  ];
  if (!side.ports && !side.namedPorts) return [always];
  const ways = [
    ...portChunks(side.ports ?? []).map(multiport("")),
    ...(hasMembers ? (side.namedPorts ?? []) : []).map((id) => named(id, "")),
  ];
  return ways.map((way) => [way, ...always]);
}

/** Ports in as many pieces as multiport needs, each as it writes them. */
function portChunks(ranges: readonly PortRange[]): string[] {
  const chunks: string[][] = [];
  let room = 0;
  for (const { from, to } of ranges) {
    const takes = from === to ? 1 : 2;
    if (takes > room) {
      chunks.push([]);
      room = PORTS_A_MATCH;
    }
    chunks.at(-1)!.push(from === to ? String(from) : `${from}:${to}`);
    room -= takes;
  }
  return chunks.map((chunk) => chunk.join(","));
}
