import type { Family } from "../../net/family.ts";
import type { Packet } from "../packet.ts";
import type { IcmpMatch, PortRange, Rule, SideMatch } from "../rule.ts";
import { icmpWords, portWords, protocolWords } from "../trace/protocol-words.ts";

/** Packets that no rule in question tells apart: of one protocol, with ports or an ICMP type in these bounds. */
export interface Traffic {
  /** IP protocol number; of `other` the lowest of those that no rule names, to stand for all of them. */
  readonly protocol: number;
  readonly other?: true;
  readonly source?: PortRange;
  readonly destination?: PortRange;
  /** `other`: any that no rule names. */
  readonly icmp?: IcmpMatch | "other";
}

/** Ports that the members of a set of ports have. */
export type PortsOf = (set: string) => Iterable<number>;

const withPorts: ReadonlySet<number> = new Set([6, 17, 132, 136]);
/** The source port that stands for all where no rule asks for one. */
const anyPort = 50000;
const lastPort = 65535;

/**
 * The traffic of one family in as few classes as rules tell apart: cut at the bounds of the ports they name; every
 * protocol they name for itself, and one that stands for all others.
 */
export function trafficClasses(rules: readonly Rule[], family: Family, portsOf: PortsOf): Traffic[] {
  const named = new Set<number>();
  const icmp = new Map<string, IcmpMatch>();
  const cuts = { source: new Set<number>(), destination: new Set<number>() };
  for (const { match } of rules) {
    if (match.protocol !== undefined) named.add(match.protocol);
    if (match.notProtocol !== undefined) named.add(match.notProtocol);
    for (const each of [match.icmp, match.notIcmp]) if (each) icmp.set(icmpWords(each), each);
    for (const side of ["source", "destination"] as const) cutAt(cuts[side], match[side], portsOf);
  }
  const ranges = { source: rangesOf(cuts.source), destination: rangesOf(cuts.destination) };
  const classes: Traffic[] = [];
  for (const protocol of [...named].sort((x, y) => x - y)) {
    if (withPorts.has(protocol)) classes.push(...portClasses(protocol, ranges));
    else if (protocol === (family === "ipv4" ? 1 : 58) && icmp.size > 0) classes.push(...icmpClasses(protocol, icmp));
    else classes.push({ protocol });
  }
  let spare = 253;
  while (named.has(spare)) spare--;
  return [...classes, { protocol: spare, other: true }];
}

/** Whether a rule could be met by packets of the class, as far as protocol and numbered ports go. */
export function couldMeet({ match }: Rule, { protocol, other, destination, source }: Traffic): boolean {
  if (match.protocol !== undefined && (other || match.protocol !== protocol)) return false;
  if (!other && match.notProtocol === protocol) return false;
  const inPorts = (side: SideMatch | undefined, range: PortRange | undefined) =>
    !side?.ports ||
    side.namedPorts !== undefined ||
    !range ||
    side.ports.some(({ from, to }) => from <= range.from && range.to <= to);
  return inPorts(match.source, source) && inPorts(match.destination, destination);
}

function cutAt(cuts: Set<number>, side: SideMatch | undefined, portsOf: PortsOf): void {
  for (const { from, to } of [...(side?.ports ?? []), ...(side?.notPorts ?? [])]) cuts.add(from).add(to + 1);
  const sets = [side?.namedPorts, side?.notNamedPorts, side?.inPortSets].flatMap((ids) => ids ?? []);
  for (const set of sets) for (const port of portsOf(set)) cuts.add(port).add(port + 1);
}

function rangesOf(cuts: ReadonlySet<number>): (PortRange | undefined)[] {
  const starts = [...cuts].filter((port) => port > 0 && port <= lastPort).sort((x, y) => x - y);
  if (starts.length === 0) return [undefined];
  return [0, ...starts].map((from, i) => ({ from, to: (starts[i] ?? lastPort + 1) - 1 }));
}

function portClasses(
  protocol: number,
  ranges: Readonly<Record<"source" | "destination", readonly (PortRange | undefined)[]>>,
): Traffic[] {
  return ranges.source.flatMap((source) =>
    ranges.destination.map((destination) => ({
      protocol,
      ...(source && { source }),
      ...(destination && { destination }),
    })),
  );
}

function icmpClasses(protocol: number, icmp: ReadonlyMap<string, IcmpMatch>): Traffic[] {
  const found = new Map<string, IcmpMatch>();
  for (const { type, code } of icmp.values()) {
    if (code !== undefined) found.set(icmpWords({ type, code }), { type, code });
    // The codes of the type that nobody names: one stands for them.
    found.set(icmpWords({ type }), { type });
  }
  return [...[...found.values()].map((each) => ({ protocol, icmp: each })), { protocol, icmp: "other" as const }];
}

/** A packet of the class, as far as protocol and ports go. `named`: types and codes that are classes for themselves. */
export function samplePacket(traffic: Traffic, all: readonly Traffic[]): Omit<Packet, "source" | "destination"> {
  const { protocol, source, destination, icmp } = traffic;
  if (icmp) return { protocol, ...sampleIcmp(icmp, all) };
  if (!withPorts.has(protocol)) return { protocol };
  return { protocol, sourcePort: source?.from ?? anyPort, destinationPort: destination?.from ?? anyPort };
}

function sampleIcmp(icmp: IcmpMatch | "other", all: readonly Traffic[]): { icmpType: number; icmpCode: number } {
  const others = all.flatMap((each) => (each.icmp && each.icmp !== "other" ? [each.icmp] : []));
  const free = (isTaken: (value: number) => boolean) => {
    let value = 0;
    while (isTaken(value)) value++;
    return value;
  };
  if (icmp === "other") return { icmpType: free((type) => others.some((other) => other.type === type)), icmpCode: 0 };
  if (icmp.code !== undefined) return { icmpType: icmp.type, icmpCode: icmp.code };
  const code = free((value) => others.some((other) => other.type === icmp.type && other.code === value));
  return { icmpType: icmp.type, icmpCode: code };
}

/**
 * Several classes of one division in words that mean the same in any other: `tcp 80,443, udp`; all of them together are
 * `any traffic`.
 */
export function trafficWords(some: readonly Traffic[], all: readonly Traffic[]): string {
  if (some.length === all.length) return "any traffic";
  const words: string[] = [];
  for (const protocol of new Set(some.map((each) => each.protocol))) {
    const [of, every] = [some, all].map((list) => list.filter((each) => each.protocol === protocol));
    const [first] = of as [Traffic];
    if (first.other) words.push(`anything but ${namedIn(all)}`);
    else if (of!.length === every!.length) words.push(protocolWords(protocol));
    else words.push(first.icmp ? icmpClassWords(of!, every!) : portClassWords(of!));
  }
  return words.join(", ");
}

function namedIn(all: readonly Traffic[]): string {
  const named = all.flatMap(({ protocol, other }) => (other ? [] : [protocolWords(protocol)]));
  return [...new Set(named)].join(" and ");
}

function icmpClassWords(of: readonly Traffic[], every: readonly Traffic[]): string {
  const named = every.flatMap(({ icmp }) => (icmp && icmp !== "other" ? [icmp] : []));
  const types = of.map(({ icmp }) => {
    if (icmp === "other" || !icmp) return `any but ${[...new Set(named.map(({ type }) => type))].join("/")}`;
    const codes = named.flatMap(({ type, code }) => (type === icmp.type && code !== undefined ? [code] : []));
    return icmp.code !== undefined || codes.length === 0
      ? icmpWords(icmp)
      : `${icmp.type} (codes but ${codes.join("/")})`;
  });
  return `${protocolWords(of[0]!.protocol)} type ${types.join(",")}`;
}

function portClassWords(of: readonly Traffic[]): string {
  const name = protocolWords(of[0]!.protocol);
  const bySource = new Map<string, PortRange[]>();
  for (const { source, destination } of of) {
    const from = source ? portWords([source]) : "";
    bySource.set(from, [...(bySource.get(from) ?? []), ...(destination ? [destination] : [])]);
  }
  const byDestination = new Map<string, PortRange[]>();
  for (const [from, ports] of bySource) {
    const text = joinedRanges(ports);
    const [first, last] = from.split("-").map(Number);
    if (from !== "")
      byDestination.set(text, [...(byDestination.get(text) ?? []), { from: first!, to: last ?? first! }]);
    else byDestination.set(text, []);
  }
  const texts = [...byDestination].map(([ports, sources]) => {
    const from = joinedRanges(sources);
    return `${name}${ports === "" ? "" : ` ${ports}`}${from === "" ? "" : ` from port ${from}`}`;
  });
  return texts.join(", ");
}

/** Neighbouring ranges as one; all ports are not worth a word. */
function joinedRanges(ranges: readonly PortRange[]): string {
  const joined: { from: number; to: number }[] = [];
  for (const { from, to } of [...ranges].sort((x, y) => x.from - y.from)) {
    const last = joined.at(-1);
    if (last && from <= last.to + 1) last.to = Math.max(last.to, to);
    else joined.push({ from, to });
  }
  return joined.length === 1 && joined[0]!.from === 0 && joined[0]!.to === lastPort ? "" : portWords(joined);
}
