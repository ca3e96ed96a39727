import type { Family } from "../../net/family.ts";
import { type Decision, evaluate } from "../evaluate.ts";
import type { PolicyOutput } from "../output.ts";
import type { Packet } from "../packet.ts";
import type { PolicyState } from "../policy-state.ts";
import type { Party } from "./addresses.ts";
import { clusterNode, interfaceOf, outside } from "./cluster.ts";
import { type ClassChange, type FlowChange, mergedChanges, type Side } from "./flow-change.ts";
import { type GatePair, GatePairs } from "./gate-pairs.ts";
import { type PartyClass, PartyClasses } from "./party-classes.ts";
import { answersOf, Members, type SideQuestions } from "./questions.ts";
import { samplePacket, type Traffic, trafficClasses } from "./traffic.ts";

/** How much a comparison may take before it stops and says that it did. */
export interface DiffLimits {
  /** Packets that are judged. */
  readonly packets: number;
  /** Prefixes outside that are looked at one by one. */
  readonly prefixes: number;
}

/** Limits that a comparison keeps within seconds. */
export const defaultLimits: DiffLimits = { packets: 1_000_000, prefixes: 5_000 };

/** What would change. */
export interface FlowDiff {
  readonly changes: readonly FlowChange[];
  /** Why not everything was looked at; empty when it was. */
  readonly gaps: readonly string[];
  /** Packets that were judged. */
  readonly packets: number;
}

/** Opposite ends of a flow, seen from the one whose policy is touched. */
const roles = {
  ingress: { own: "destination", far: "source", other: "egress", subject: "to" },
  egress: { own: "source", far: "destination", other: "ingress", subject: "from" },
} as const;

/**
 * Which flows between the endpoints of a cluster, and between them and the outside, get another verdict by a change.
 * Endpoints that no rule in question tells apart are judged once, and so are ports; what neither gate of is touched is not
 * looked at. `delta` is what the graph put out for the change, `endpoints` who there is, before and after.
 */
export class FlowComparison {
  readonly #states: readonly [PolicyState, PolicyState];
  readonly #pairs: GatePairs;
  readonly #members: Members;
  readonly #limits: DiffLimits;
  readonly #gaps = new Set<string>();
  readonly #found: ClassChange[] = [];
  readonly #traffic = new Map<string, readonly Traffic[]>();
  #packets = 0;

  constructor(before: PolicyState, after: PolicyState, delta: PolicyOutput, limits = defaultLimits) {
    this.#states = [before, after];
    this.#pairs = new GatePairs(before, after, delta);
    this.#members = new Members(this.#states);
    this.#limits = limits;
  }

  run(): FlowDiff {
    const { classes, gaps } = new PartyClasses(this.#states[1], this.#pairs, this.#members, this.#limits.prefixes);
    for (const gap of gaps) this.#gaps.add(gap);
    for (const direction of ["ingress", "egress"] as const) {
      for (const subject of classes) if (subject[direction]?.isTouched) this.#compare(subject, direction, classes);
    }
    return { changes: mergedChanges(this.#found), gaps: [...this.#gaps], packets: this.#packets };
  }

  /** The subject's touched gate against everybody: who is alike to it is asked once. */
  #compare(subject: PartyClass, direction: "ingress" | "egress", classes: readonly PartyClass[]): void {
    const pair = subject[direction]!;
    const { far, subject: side } = roles[direction];
    const alike = new Map<string, PartyClass[]>();
    for (const peer of classes) {
      if (peer.family !== subject.family) continue;
      const answers = answersOf(peer.parties[0]!.address, pair.questions[far], this.#members);
      const known = alike.get(answers);
      if (known) known.push(peer);
      else alike.set(answers, [peer]);
    }
    const division = this.#division([pair], subject.family);
    for (const peers of alike.values()) {
      const changed = new Map<Traffic, readonly [Decision, Decision]>();
      for (const traffic of division) {
        if (this.#isExhausted()) return;
        const [one, other] = [subject.parties[0]!, peers[0]!.parties[0]!];
        const decisions = this.#judge(
          side === "to" ? other : one,
          side === "to" ? one : other,
          traffic,
          division,
          direction,
        );
        if (decisions[0].verdict !== decisions[1].verdict) changed.set(traffic, decisions);
      }
      if (changed.size > 0) for (const peer of peers) this.#whole(subject, peer, direction, changed, division);
    }
  }

  /** What a change of one gate's mind means for whole flows: the gate at the other end may deny them anyway. */
  #whole(
    subject: PartyClass,
    peer: PartyClass,
    direction: "ingress" | "egress",
    changed: ReadonlyMap<Traffic, readonly [Decision, Decision]>,
    division: readonly Traffic[],
  ): void {
    if (isSameEndpoint(subject, peer)) return;
    const other = peer[roles[direction].other];
    const always = other ? other.always : peer.parties[0]!.endpoint === undefined ? ["allow", "allow"] : [undefined];
    if (!always.every((verdict) => verdict !== undefined)) {
      this.#pairwise(subject, peer, direction);
      return;
    }
    for (const [traffic, decisions] of changed) {
      const [before, after] = decisions.map(({ verdict }, i) => verdict === "allow" && always[i] === "allow");
      // Where the gate at the other end changes its mind too, it has been told with that one's direction or will be.
      if (before === after || (direction === "egress" && always[0] !== always[1])) continue;
      this.#note(subject, peer, direction, decisions, traffic, division);
    }
  }

  /** Both ends' rules look at the packet: everything that either tells apart is judged by itself. */
  #pairwise(subject: PartyClass, peer: PartyClass, direction: "ingress" | "egress"): void {
    const own = subject[direction]!;
    const other = peer[roles[direction].other];
    const { own: ownSide, far } = roles[direction];
    const division = this.#division(other ? [own, other] : [own], subject.family);
    const subjects = other ? this.#splitBy(subject, other.questions[ownSide]) : [subject];
    const peers = other ? this.#splitBy(peer, other.questions[far]) : [peer];
    for (const one of subjects) {
      for (const two of peers) {
        if (isSameEndpoint(one, two)) continue;
        const [from, to] = direction === "ingress" ? [two, one] : [one, two];
        for (const traffic of division) {
          if (this.#isExhausted()) return;
          const [source, destination] = [from.parties[0]!, to.parties[0]!];
          const decisions = this.#judge(source, destination, traffic, division, direction);
          if (decisions[0].verdict === decisions[1].verdict) continue;
          const flow = this.#judge(source, destination, traffic, division);
          if (flow[0].verdict === flow[1].verdict) continue;
          if (direction === "egress") {
            const far = this.#judge(source, destination, traffic, division, "ingress");
            if (far[0].verdict !== far[1].verdict) continue;
          }
          this.#note(one, two, direction, decisions, traffic, division);
        }
      }
    }
  }

  #note(
    subject: Side & { readonly family: Family },
    peer: Side,
    direction: "ingress" | "egress",
    [before, after]: readonly [Decision, Decision],
    traffic: Traffic,
    division: readonly Traffic[],
  ): void {
    const [from, to] = direction === "ingress" ? [peer, subject] : [subject, peer];
    const { family } = subject;
    const verdict = after.verdict;
    const by = { by: after.reason, was: before.reason };
    this.#found.push({ family, subject: roles[direction].subject, from, to, after: verdict, ...by, traffic, division });
  }

  #splitBy(of: PartyClass, questions: SideQuestions): PartyClass[] {
    const groups = new Map<string, Party[]>();
    for (const party of of.parties) {
      const answers = answersOf(party.address, questions, this.#members);
      const known = groups.get(answers);
      if (known) known.push(party);
      else groups.set(answers, [party]);
    }
    if (groups.size === 1) return [of];
    return [...groups].map(([answers, parties]) => ({ ...of, key: `${of.key} ${answers}`, parties }));
  }

  #division(pairs: readonly GatePair[], family: Family): readonly Traffic[] {
    const key = `${family} ${pairs.map(({ id }) => id).join(" ")}`;
    const rules = pairs.flatMap((pair) => pair.rules);
    const known = this.#traffic.get(key) ?? trafficClasses(rules, family, (id) => this.#members.ports(id));
    this.#traffic.set(key, known);
    return known;
  }

  /** What both states say of a packet; of one end's gate only when a direction is given. */
  #judge(
    source: Party,
    destination: Party,
    traffic: Traffic,
    division: readonly Traffic[],
    direction?: "ingress" | "egress",
  ): [Decision, Decision] {
    const packet: Packet = {
      ...samplePacket(traffic, division),
      source: source.address,
      destination: destination.address,
      inInterface: direction === "ingress" ? outside : interfaceFor(source),
      outInterface: direction === "egress" ? outside : interfaceFor(destination),
    };
    this.#packets += 2;
    const [before, after] = this.#states;
    return [evaluate(before, clusterNode, packet), evaluate(after, clusterNode, packet)];
  }

  #isExhausted(): boolean {
    if (this.#packets < this.#limits.packets) return false;
    this.#gaps.add(`the comparison stopped after ${this.#limits.packets} packets`);
    return true;
  }
}

function interfaceFor({ endpoint }: Party): string {
  return endpoint === undefined ? outside : interfaceOf(endpoint);
}

function isSameEndpoint(x: Side, y: Side): boolean {
  const [first] = x.parties;
  const isAlone = (side: Side) => side.parties.every(({ endpoint }) => endpoint === first!.endpoint);
  return first?.endpoint !== undefined && isAlone(x) && isAlone(y);
}

/** All flows that a change gives another verdict. */
export function flowDiff(before: PolicyState, after: PolicyState, delta: PolicyOutput, limits?: DiffLimits): FlowDiff {
  return new FlowComparison(before, after, delta, limits).run();
}
