import type { Family } from "../../net/family.ts";
import { describeReason, type Reason } from "../evaluate.ts";
import { nameOf, partiesOf, type Side, sizeOf } from "./side.ts";
import { type Traffic, trafficWords } from "./traffic.ts";

/** One class of flows whose verdict changes. */
export interface ClassChange {
  readonly family: Family;
  /** The side whose policy changed its mind. */
  readonly subject: "from" | "to";
  readonly from: Side;
  readonly to: Side;
  readonly after: "allow" | "deny";
  /** What decides then, and what decided before. */
  readonly by: Reason;
  readonly was: Reason;
  readonly traffic: Traffic;
  /** The division that the traffic is a part of. */
  readonly division: readonly Traffic[];
}

/** Flows whose verdict changes, and why: from all of `from` to all of `to`. */
export interface FlowChange {
  readonly families: readonly Family[];
  readonly from: readonly Side[];
  readonly to: readonly Side[];
  readonly before: "allow" | "deny";
  readonly after: "allow" | "deny";
  /** `tcp 5432`. */
  readonly traffic: string;
  /** What it is made of. */
  readonly classes: readonly Traffic[];
  /** The division that they are a part of. */
  readonly division: readonly Traffic[];
  readonly by: string;
  readonly was: readonly string[];
}

/** What decides, without the endpoint it is about. */
export function deciderWords(reason: Reason): string {
  if (reason.by === "end of tier") return `no ${reason.direction} rule of tier ${reason.tier} allows it`;
  return reason.by === "no profile" ? `no profile's ${reason.direction} allows it` : describeReason(reason);
}

interface Row {
  readonly change: ClassChange;
  readonly by: string;
  readonly words: string;
  readonly classes: readonly Traffic[];
  readonly was: ReadonlySet<string>;
  readonly subjects: Map<string, Side>;
  readonly peers: Map<string, Side>;
}

/**
 * Class changes with everything together that a person would say in one sentence: traffic of the same pair, then peers of
 * the same subject, then subjects with the same peers, then families.
 */
export function mergedChanges(changes: readonly ClassChange[]): FlowChange[] {
  const flows = grouped(changes, ({ family, subject, from, to, after, by }) =>
    [family, subject, from.key, to.key, after, deciderWords(by)].join("\n"),
  );
  const rows = flows.map((group): Row => {
    const [change] = group as [ClassChange];
    const classes = [...new Set(group.map(({ traffic }) => traffic))];
    const [subject, peer] = change.subject === "from" ? [change.from, change.to] : [change.to, change.from];
    return {
      change,
      by: deciderWords(change.by),
      words: trafficWords(classes, change.division),
      classes,
      was: new Set(group.map(({ was }) => deciderWords(was))),
      subjects: new Map([[subject.key, subject]]),
      peers: new Map([[peer.key, peer]]),
    };
  });
  const common = ({ change: { family, subject, after }, by, words }: Row) => [family, subject, after, by, words];
  const keys = (sides: ReadonlyMap<string, Side>) => [...sides.keys()].sort().join(" ");
  const byPeers = grouped(rows, (row) => [...common(row), keys(row.subjects)].join("\n")).map(united);
  const all = grouped(byPeers, (row) => [...common(row), keys(row.peers)].join("\n"))
    .map(united)
    .map(told);
  return oneForBothFamilies(all).sort(byName);
}

function united(rows: readonly Row[]): Row {
  const [first] = rows as [Row];
  return {
    ...first,
    was: new Set(rows.flatMap(({ was }) => [...was])),
    subjects: new Map(rows.flatMap(({ subjects }) => [...subjects])),
    peers: new Map(rows.flatMap(({ peers }) => [...peers])),
  };
}

function told({ change, by, words, classes, was, subjects, peers }: Row): FlowChange {
  const [from, to] = change.subject === "from" ? [subjects, peers] : [peers, subjects];
  const { family, after, division } = change;
  const before = after === "allow" ? "deny" : "allow";
  const sides = { from: [...from.values()], to: [...to.values()] };
  return { families: [family], ...sides, before, after, traffic: words, classes, division, by, was: [...was].sort() };
}

/** How many parties are compared by name, to tell whether both families say the same. */
const compared = 1000;

/** Changes of IPv4 and of IPv6 between the same endpoints are one. */
function oneForBothFamilies(changes: readonly FlowChange[]): FlowChange[] {
  const names = (sides: readonly Side[]) => {
    const count = sides.reduce((sum, side) => sum + sizeOf(side), 0);
    return count > compared ? sides.map(({ key }) => key).join(" ") : namesOf(sides).join(" ");
  };
  const groups = grouped(changes, ({ from, to, after, traffic, by }) =>
    [names(from), names(to), after, traffic, by].join("\n"),
  );
  return groups.map((group) => ({
    ...group[0]!,
    families: [...new Set(group.flatMap(({ families }) => families))].sort(),
    from: group.flatMap(({ from }) => from),
    to: group.flatMap(({ to }) => to),
    was: [...new Set(group.flatMap(({ was }) => was))].sort(),
  }));
}

/** The endpoints, and the labels of what is outside, each once, in order. */
export function namesOf(sides: readonly Side[]): string[] {
  return [...new Set(sides.flatMap((side) => [...partiesOf(side)].map(nameOf)))].sort();
}

function byName(x: FlowChange, y: FlowChange): number {
  const first = ([side]: readonly Side[]) => nameOf(side!.parties[side!.members[0]!]!);
  const key = ({ to, from, traffic, by }: FlowChange) => [first(to), first(from), traffic, by].join("\n");
  return key(x) < key(y) ? -1 : 1;
}

function grouped<T>(all: readonly T[], keyOf: (one: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const key = keyOf(one);
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return [...groups.values()];
}
