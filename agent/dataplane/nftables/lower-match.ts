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

/** What is cheap to ask is asked first: protocol and ports by number, then addresses, then whatever is looked up. */
function waysOf(match: Match, family: Family | undefined, sets: SetNames): Expression[][] {
  const front: Expression[] = [];
  if (match.protocol !== undefined) front.push({ kind: "l4proto", protocol: match.protocol });
  if (match.notProtocol !== undefined) front.push({ kind: "l4proto", protocol: match.notProtocol, not: true });
  for (const [icmp, not] of [
    [match.icmp, false],
    [match.notIcmp, true],
  ] as const) {
    if (icmp)
      front.push({ kind: "icmp", family: match.protocol === 1 ? "ipv4" : "ipv6", ...icmp, ...(not && { not }) });
  }
  let ports: PortWay[] = [{ numbers: [], names: [] }];
  const addresses: Expression[] = [];
  for (const side of ["source", "destination"] as const) {
    const asked = match[side];
    if (!asked) continue;
    const mine = lowerAddresses(asked, side, family, sets);
    if (!mine) return [];
    addresses.push(...mine);
    const others = lowerPorts(asked, side, match.protocol, family, sets);
    ports = ports.flatMap(({ numbers, names }) =>
      others.map((port) => ({ numbers: [...numbers, ...port.numbers], names: [...names, ...port.names] })),
    );
  }
  const ofFamily: Expression[] = family ? [{ kind: "nfproto", family }] : [];
  const single = addresses.filter(({ kind }) => kind === "address");
  const sought = addresses.filter(({ kind }) => kind !== "address");
  return ports.map(({ numbers, names }) => [...front, ...numbers, ...ofFamily, ...single, ...sought, ...names]);
}

/** One way in which ports can do: questions about numbers, and look-ups of named ports. */
interface PortWay {
  readonly numbers: readonly Expression[];
  readonly names: readonly Expression[];
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
  for (const id of side.inSets ?? []) {
    const set = sets.members(id, family);
    if (set === undefined) return undefined;
    lookup(set);
  }
  for (const id of side.notInSets ?? []) {
    const set = sets.members(id, family);
    if (set !== undefined) lookup(set, true);
  }
  return found;
}

/** The ways in which one side's port can do: by number, or by each of the names that somebody has. */
function lowerPorts(
  side: SideMatch,
  of: Side,
  protocol: number | undefined,
  family: Family | undefined,
  sets: SetNames,
): PortWay[] {
  const numbers = side.notPorts ? numbered(side.notPorts, of, protocol, sets, true) : [];
  const names = (side.notNamedPorts ?? []).flatMap((id) => named(id, of, family!, sets, true) ?? []);
  for (const id of side.inPortSets ?? []) {
    const asked = named(id, of, family!, sets);
    if (!asked) return [];
    names.push(asked);
  }
  if (!side.ports && !side.namedPorts) return [{ numbers, names }];
  const ways: PortWay[] = [];
  if (side.ports) ways.push({ numbers: [...numbered(side.ports, of, protocol, sets), ...numbers], names });
  for (const id of side.namedPorts ?? []) {
    const asked = named(id, of, family!, sets);
    if (asked) ways.push({ numbers, names: [asked, ...names] });
  }
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

/** Undefined when there are no such ports. */
function named(id: SetId, of: Side, family: Family, sets: SetNames, not?: boolean): Expression | undefined {
  const key = [addressField(family, of), "l4proto", sides[of].port] as const;
  const set = sets.members(id, family);
  return set === undefined ? undefined : { kind: "lookup", key, set, ...(not && { not }) };
}

function addressField(family: Family, of: Side): KeyField {
  return `${family === "ipv4" ? "ip" : "ip6"} ${sides[of].address}`;
}
