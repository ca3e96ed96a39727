import type { Expression, KeyField, PortProtocol } from "../../../kernel/nftables/expression.ts";
import type { Family } from "../../../net/family.ts";
import type { Prefix } from "../../../net/prefix.ts";
import type { Match, PortRange, SideMatch } from "../../../policy/rule.ts";
import type { SetId } from "../../../policy/set.ts";
import { netsSet, portsSet, type SetNames } from "./list-sets.ts";

/** The names of the protocols that have ports. */
export const portProtocols: Readonly<Record<number, PortProtocol>> = { 6: "tcp", 17: "udp", 132: "sctp" };

const sides = {
  source: { address: "saddr", port: "sport" },
  destination: { address: "daddr", port: "dport" },
} as const;

type Side = keyof typeof sides;

/**
 * The ways in which a packet can meet a match, each a list of kernel expressions: one for each family where addresses
 * matter, and one for each named port beside the numbered ones. No way at all when nothing can meet it.
 */
export function lowerMatch(match: Match, sets: SetNames): Expression[][] {
  const families: readonly (Family | undefined)[] = match.family
    ? [match.family]
    : speaksOfAddresses(match.source) || speaksOfAddresses(match.destination)
      ? ["ipv4", "ipv6"]
      : [undefined];
  return families.flatMap((family) => waysOf(match, family, sets));
}

function speaksOfAddresses(side: SideMatch | undefined): boolean {
  if (!side) return false;
  const { nets, notNets, inSets, notInSets, namedPorts, notNamedPorts, inPortSets } = side;
  const lists = [nets, notNets, inSets, notInSets, namedPorts, notNamedPorts, inPortSets];
  return lists.some((list) => list !== undefined);
}

function waysOf(match: Match, family: Family | undefined, sets: SetNames): Expression[][] {
  const front: Expression[] = [];
  if (family) front.push({ kind: "nfproto", family });
  if (match.protocol !== undefined) front.push({ kind: "l4proto", protocol: match.protocol });
  if (match.notProtocol !== undefined) front.push({ kind: "l4proto", protocol: match.notProtocol, not: true });
  for (const [icmp, not] of [
    [match.icmp, false],
    [match.notIcmp, true],
  ] as const) {
    if (icmp)
      front.push({ kind: "icmp", family: match.protocol === 1 ? "ipv4" : "ipv6", ...icmp, ...(not && { not }) });
  }
  let ways: Expression[][] = [front];
  for (const side of ["source", "destination"] as const) {
    const asked = match[side];
    if (!asked) continue;
    const addresses = lowerAddresses(asked, side, family, sets);
    if (!addresses) return [];
    const ports = lowerPorts(asked, side, match.protocol, family, sets);
    ways = ways.flatMap((way) => ports.map((port) => [...way, ...addresses, ...port]));
  }
  return ways;
}

/** The expressions about one side's address, or undefined when no address of the family can meet them. */
function lowerAddresses(
  side: SideMatch,
  of: Side,
  family: Family | undefined,
  sets: SetNames,
): Expression[] | undefined {
  const found: Expression[] = [];
  if (!family) return found;
  const field = addressField(family, of);
  const lookup = (set: string, not?: boolean) => found.push({ kind: "lookup", key: [field], set, ...(not && { not }) });
  const list = (nets: readonly Prefix[], not?: boolean) => {
    const mine = nets.filter((net) => net.family === family);
    const [first] = mine;
    if (!first) return not === true;
    if (mine.length > 1) lookup(sets.need(netsSet(mine, family)), not);
    // A prefix of no length holds every address of its family, which is already asked for.
    else if (first.length > 0)
      found.push({ kind: "address", field: sides[of].address, prefix: first, ...(not && { not }) });
    else if (not) return false;
    return true;
  };
  if (side.nets && !list(side.nets)) return undefined;
  if (side.notNets && !list(side.notNets, true)) return undefined;
  for (const id of side.inSets ?? []) lookup(sets.members(id, family));
  for (const id of side.notInSets ?? []) lookup(sets.members(id, family), true);
  return found;
}

/** The ways in which one side's port can do: by number, or by each of the names. */
function lowerPorts(
  side: SideMatch,
  of: Side,
  protocol: number | undefined,
  family: Family | undefined,
  sets: SetNames,
): Expression[][] {
  const always: Expression[] = [];
  if (side.notPorts) always.push(...numbered(side.notPorts, of, protocol, sets, true));
  for (const id of side.notNamedPorts ?? []) always.push(named(id, of, family!, sets, true));
  for (const id of side.inPortSets ?? []) always.push(named(id, of, family!, sets));
  if (!side.ports && !side.namedPorts) return [always];
  const ways: Expression[][] = [];
  if (side.ports) ways.push([...numbered(side.ports, of, protocol, sets), ...always]);
  for (const id of side.namedPorts ?? []) ways.push([named(id, of, family!, sets), ...always]);
  return ways;
}

function numbered(
  ranges: readonly PortRange[],
  of: Side,
  protocol: number | undefined,
  sets: SetNames,
  not?: boolean,
): Expression[] {
  const field = sides[of].port;
  const [only] = ranges;
  if (ranges.length > 1)
    return [{ kind: "lookup", key: [field], set: sets.need(portsSet(ranges)), ...(not && { not }) }];
  return [{ kind: "port", protocol: portProtocols[protocol!]!, field, ...only!, ...(not && { not }) }];
}

function named(id: SetId, of: Side, family: Family, sets: SetNames, not?: boolean): Expression {
  const key = [addressField(family, of), "l4proto", sides[of].port] as const;
  return { kind: "lookup", key, set: sets.members(id, family), ...(not && { not }) };
}

function addressField(family: Family, of: Side): KeyField {
  return `${family === "ipv4" ? "ip" : "ip6"} ${sides[of].address}`;
}
