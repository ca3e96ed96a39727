import { type Decision, evaluate } from "../evaluate.ts";
import type { PolicyOutput } from "../output.ts";
import type { Packet } from "../packet.ts";
import type { PolicyState } from "../policy-state.ts";
import type { Party } from "./addresses.ts";
import { clusterNode, interfaceOf, outside } from "./cluster.ts";
import { type ClassChange, type FlowChange, mergedChanges } from "./flow-change.ts";
import { type GatePair, GatePairs } from "./gate-pairs.ts";
import { type PartyClass, PartyClasses } from "./party-classes.ts";
import { Members, type Questions, questionsOf, type SideQuestions } from "./questions.ts";
import { divided, partiesOf, type Side, sampleOf } from "./side.ts";
import { couldMeet, samplePacket, type Traffic, trafficClasses } from "./traffic.ts";

/** How much a comparison may take before it stops and says that it did. */
export interface DiffLimits {
  /** Packets that are judged. */
  readonly packets: number;
  /** Prefixes outside that are looked at one by one. */
  readonly prefixes: number;
}

/** Limits that keep a comparison within seconds. */
export const defaultLimits: DiffLimits = { packets: 2_000_000, prefixes: 5_000 };

/** What would change. */
export interface FlowDiff {
  readonly changes: readonly FlowChange[];
  /** Why not everything was looked at; empty when it was. */
  readonly gaps: readonly string[];
  /** Packets that were judged. */
  readonly packets: number;
}

type Direction = "ingress" | "egress";

/** Opposite ends of a flow, seen from the one whose policy is touched. */
const roles = {
  ingress: { own: "destination", far: "source", other: "egress", subject: "to" },
  egress: { own: "source", far: "destination", other: "ingress", subject: "from" },
} as const;

/** Traffic as some gates divide it, and for each part what those of their rules ask that could be met. */
interface Division {
  readonly all: readonly Traffic[];
  readonly questions: ReadonlyMap<Traffic, Questions>;
}

/**
 * Which flows between the endpoints of a cluster, and between them and the outside, get another verdict by a change.
 * Only packets are judged for which a touched policy has a rule, and of those one of each kind that rules tell apart.
 */
class FlowComparison {
  readonly #states: readonly [PolicyState, PolicyState];
  readonly #pairs: GatePairs;
  readonly #members: Members;
  readonly #parties: PartyClasses;
  readonly #limits: DiffLimits;
  readonly #found: ClassChange[] = [];
  readonly #divisions = new Map<string, Division>();
  readonly #answers = new Map<string, ReadonlyMap<number, string>>();
  readonly #hasHosts: boolean;
  #isCut = false;
  #work = 0;

  constructor(before: PolicyState, after: PolicyState, delta: PolicyOutput, limits: DiffLimits) {
    this.#states = [before, after];
    this.#limits = limits;
    this.#pairs = new GatePairs(before, after, delta);
    this.#members = new Members(this.#states);
    this.#hasHosts = this.#pairs.touchesHosts(delta);
    this.#parties = new PartyClasses(after, this.#pairs, this.#members, limits.prefixes);
  }

  run(): FlowDiff {
    const asked = this.#pairs.touchedQuestions();
    for (const direction of ["ingress", "egress"] as const) {
      const { own, far, other } = roles[direction];
      const subjects = this.#parties.classes(direction, asked[own], true).filter(({ pair }) => pair?.isTouched);
      if (subjects.length === 0) continue;
      const peers = this.#parties.classes(other, asked[far], false);
      for (const subject of subjects) for (const peer of peers) this.#compare(subject, peer, direction);
    }
    const gaps = [...this.#parties.gaps];
    if (this.#hasHosts) gaps.push("the change concerns host endpoints too, and what those let through is left out");
    if (this.#isCut) gaps.push(`the comparison stopped after ${this.#limits.packets} packets`);
    return { changes: mergedChanges(this.#found), gaps, packets: this.#work };
  }

  #compare(subject: PartyClass, peer: PartyClass, direction: Direction): void {
    if (this.#isCut || subject.family !== peer.family || isSameEndpoint(subject, peer)) return;
    const own = subject.pair!;
    const isOutside = sampleOf(peer)!.endpoint === undefined;
    if (!isOutside && !peer.pair) return;
    const always = isOutside ? (["allow", "allow"] as const) : peer.pair!.always;
    const isAlways = always.every((verdict) => verdict !== undefined);
    if (isAlways && always.every((verdict) => verdict === "deny")) return;
    const division = this.#division(isAlways ? [own] : [own, peer.pair!], subject.family);
    for (const traffic of division.all) {
      const packet = this.#packet(sampleOf(subject)!, sampleOf(peer)!, traffic, division.all, direction);
      if (!this.#pairs.mayDiffer(own, packet)) continue;
      const questions = division.questions.get(traffic)!;
      const { own: ownSide, far } = roles[direction];
      const subjects = divided(subject, this.#answersTo(questions[ownSide]), subject.has);
      const peers = divided(peer, this.#answersTo(questions[far]), peer.has);
      for (const one of subjects) {
        for (const two of peers) {
          if (!this.#isExhausted())
            this.#judge(one, two, direction, traffic, division.all, isAlways ? always : undefined);
        }
      }
    }
  }

  /** One packet of one class of flows: whether the touched gate changes its mind, and whether that matters. */
  #judge(
    subject: Side,
    peer: Side,
    direction: Direction,
    traffic: Traffic,
    all: readonly Traffic[],
    always: GatePair["always"] | undefined,
  ): void {
    if (isSameEndpoint(subject, peer)) return;
    const [one, two] = [sampleOf(subject)!, sampleOf(peer)!];
    const decide = (at: Direction) =>
      this.#decide(
        at === direction ? this.#packet(one, two, traffic, all, at) : this.#packet(two, one, traffic, all, at),
      );
    const [before, after] = decide(direction);
    if (before.verdict === after.verdict) return;
    const others = always ?? decide(roles[direction].other).map(({ verdict }) => verdict);
    const [was, is] = [before, after].map(({ verdict }, i) => verdict === "allow" && others[i] === "allow");
    // Where the receiver changes its mind too, that is told as the receiver's.
    if (was === is || (direction === "egress" && others[0] !== others[1])) return;
    const [from, to] = direction === "ingress" ? [peer, subject] : [subject, peer];
    this.#found.push({
      family: one.address.family,
      subject: roles[direction].subject,
      from,
      to,
      after: after.verdict,
      by: after.reason,
      was: before.reason,
      traffic,
      division: all,
    });
  }

  /** A packet that only the gate of `subject` in this direction is asked about. */
  #packet(subject: Party, peer: Party, traffic: Traffic, all: readonly Traffic[], direction: Direction): Packet {
    const name = interfaceOf(subject.endpoint ?? "");
    const sample = samplePacket(traffic, all);
    return direction === "ingress"
      ? { ...sample, source: peer.address, destination: subject.address, inInterface: outside, outInterface: name }
      : { ...sample, source: subject.address, destination: peer.address, inInterface: name, outInterface: outside };
  }

  #decide(packet: Packet): [Decision, Decision] {
    this.#work += 2;
    const [before, after] = this.#states;
    return [evaluate(before, clusterNode, packet), evaluate(after, clusterNode, packet)];
  }

  #division(pairs: readonly GatePair[], family: "ipv4" | "ipv6"): Division {
    const key = `${family} ${pairs.map(({ id }) => id).join(" ")}`;
    const known = this.#divisions.get(key);
    if (known) return known;
    const rules = pairs.flatMap((pair) => pair.rules).filter(({ match }) => !match.family || match.family === family);
    const all = trafficClasses(rules, family, (id) => this.#members.ports(id));
    const asked = (traffic: Traffic) => questionsOf(rules.filter((rule) => couldMeet(rule, traffic)));
    const made: Division = { all, questions: new Map(all.map((traffic) => [traffic, asked(traffic)])) };
    this.#work += all.length;
    if (this.#divisions.size > 1000) this.#divisions.clear();
    this.#divisions.set(key, made);
    return made;
  }

  #answersTo(questions: SideQuestions): ReadonlyMap<number, string> {
    const key = [questions.sets, questions.nets.keys(), questions.portSets].map((ids) => [...ids].join(",")).join(";");
    const known = this.#answers.get(key);
    if (known) return known;
    const made = this.#parties.answers(questions);
    this.#work += made.size >> 4;
    if (this.#answers.size > 100) this.#answers.clear();
    this.#answers.set(key, made);
    return made;
  }

  #isExhausted(): boolean {
    this.#isCut ||= this.#work >= this.#limits.packets;
    return this.#isCut;
  }
}

/** Whether both sides are one and the same endpoint: what it sends to itself passes no gate. */
function isSameEndpoint(x: Side, y: Side): boolean {
  const first = sampleOf(x)?.endpoint;
  if (first === undefined) return false;
  for (const side of [x, y]) for (const { endpoint } of partiesOf(side)) if (endpoint !== first) return false;
  return true;
}

/**
 * All flows that a change gives another verdict: `before` and `after` are the states of a `WholeCluster`, `delta` what it put
 * out for the change.
 */
export function flowDiff(
  before: PolicyState,
  after: PolicyState,
  delta: PolicyOutput,
  limits: DiffLimits = defaultLimits,
): FlowDiff {
  return new FlowComparison(before, after, delta, limits).run();
}
