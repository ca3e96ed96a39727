import { formatAddress } from "../../net/address-text.ts";
import { addressBits, type Family } from "../../net/family.ts";
import { formatPrefix, type Prefix, parsePrefix } from "../../net/prefix.ts";
import type { PolicyState } from "../policy-state.ts";
import { Addresses, type Party } from "./addresses.ts";
import { interfaceOf } from "./cluster.ts";
import type { GatePair, GatePairs } from "./gate-pairs.ts";
import { outsideParties } from "./outside.ts";
import { Partition } from "./partition.ts";
import type { Members, SideQuestions } from "./questions.ts";
import type { Side } from "./side.ts";

/** Parties of one family that have the same gate in the direction asked for, or are outside. */
export interface PartyClass extends Side {
  readonly family: Family;
  /** Absent of what is outside. */
  readonly pair: GatePair | undefined;
  readonly has: (member: number) => boolean;
}

/** Everybody in a cluster and what stands for the outside, in classes, and who answers what. */
export class PartyClasses {
  readonly everybody: Addresses;
  /** What was left out. */
  readonly gaps: readonly string[];
  readonly #pairs: GatePairs;
  readonly #members: Members;
  readonly #selected = new Map<string, readonly ReadonlySet<number>[]>();

  /** `state` says who there is, `asked` what touched gates ask; at most `limit` prefixes stand for the outside. */
  constructor(state: PolicyState, pairs: GatePairs, members: Members, limit: number) {
    this.#pairs = pairs;
    this.#members = members;
    const inside = endpointsOf(state);
    const touched = new Set<GatePair>();
    for (const endpoint of new Set(inside.map((party) => party.endpoint!))) {
      for (const direction of ["ingress", "egress"] as const) {
        const pair = pairs.of(interfaceOf(endpoint), direction);
        if (pair?.isTouched) touched.add(pair);
      }
    }
    const asked = askedBy(touched);
    const prefixes = this.#prefixes(asked, inside, limit);
    const addresses = inside.map(({ address }) => address);
    this.everybody = new Addresses([...inside, ...outsideParties(prefixes, addresses)]);
    this.gaps =
      prefixes.length < limit ? [] : [`only the first ${limit} prefixes and addresses of sets stand for the outside`];
  }

  /**
   * The parties in classes that `questions` do not tell apart and that have equal gates in the direction: by `exactly` the
   * same gate, or at least one that says the same to every packet.
   */
  classes(direction: "ingress" | "egress", questions: SideQuestions, exactly: boolean): PartyClass[] {
    const { parties } = this.everybody;
    const partition = new Partition(parties.length);
    for (const selected of this.#selections(questions)) partition.split(selected);
    const pairs = parties.map(({ endpoint }) =>
      endpoint === undefined ? undefined : this.#pairs.of(interfaceOf(endpoint), direction),
    );
    const groups = new Map<string, number[]>();
    for (const [i, pair] of pairs.entries()) {
      const isAlways = !exactly && pair?.always.every((verdict) => verdict !== undefined);
      const gate = isAlways ? pair!.always.join() : pair?.id;
      const key = `${parties[i]!.address.family} ${parties[i]!.endpoint === undefined ? "outside" : gate}`;
      const group = groups.get(key);
      if (group) group.push(i);
      else groups.set(key, [i]);
    }
    for (const group of groups.values()) partition.split(group);
    return partition.classes().map((members, i) => {
      const first = members[0]!;
      const own = partition.classOf[first];
      const has = (member: number) => partition.classOf[member] === own;
      return {
        key: `${direction} ${i}`,
        parties,
        members,
        has,
        family: parties[first]!.address.family,
        pair: pairs[first],
      };
    });
  }

  /** Who answers some of the questions with yes, and which; all others say no to everything. */
  answers(questions: SideQuestions): ReadonlyMap<number, string> {
    const answers = new Map<number, string>();
    let question = 0;
    for (const selected of this.#selections(questions)) {
      for (const member of selected) answers.set(member, `${answers.get(member) ?? ""}${question},`);
      question++;
    }
    return answers;
  }

  *#selections({ sets, portSets, nets }: SideQuestions): Generator<ReadonlySet<number>> {
    for (const id of sets) yield* this.#remembered(`set ${id}`, () => this.#members.of(id).map((some) => some ?? []));
    for (const [key, net] of nets) {
      yield* this.#remembered(`net ${key}`, () => [[formatPrefix(net)]]);
    }
    for (const id of portSets) {
      yield* this.#remembered(`port ${id}`, () => {
        const alike = new Map<string, string[]>();
        for (const [address, ports] of this.#members.portsByAddress(id)) {
          alike.set(ports, [...(alike.get(ports) ?? []), address]);
        }
        return [...alike.values()];
      });
    }
  }

  #remembered(key: string, lists: () => Iterable<string>[]): readonly ReadonlySet<number>[] {
    const known = this.#selected.get(key) ?? lists().map((list) => new Set(membersAmong(list, this.everybody)));
    this.#selected.set(key, known);
    return known;
  }

  /** The prefixes that are worth to be asked about by themselves: those of rules first. */
  #prefixes({ sets, portSets, nets }: SideQuestions, inside: readonly Party[], limit: number): Prefix[] {
    const found = new Map<string, Prefix>(nets);
    const own =
      sets.size + portSets.size > 0 ? new Set(inside.map(({ address }) => formatAddress(address))) : undefined;
    for (const member of this.#everyMember(sets, portSets)) {
      if (found.size >= limit) break;
      if (!own!.has(member)) found.set(member, parsePrefix(member)!);
    }
    return [...found.values()].slice(0, limit);
  }

  *#everyMember(sets: ReadonlySet<string>, portSets: ReadonlySet<string>): Generator<string> {
    for (const id of sets) for (const members of this.#members.of(id)) yield* members ?? [];
    for (const id of portSets) yield* this.#members.portsByAddress(id).keys();
  }
}

function* membersAmong(members: Iterable<string>, everybody: Addresses): Generator<number> {
  for (const member of members) {
    if (member.includes("/")) yield* everybody.inside(parsePrefix(member)!);
    else yield* everybody.at(member);
  }
}

function endpointsOf(state: PolicyState): Party[] {
  const parties: Party[] = [];
  for (const { endpoint, sources } of state.endpoints.values()) {
    for (const { length, ...address } of sources) {
      if (length === addressBits[address.family]) parties.push({ address, endpoint });
    }
  }
  return parties;
}

/** What several gates ask of either side, together. */
export function askedBy(gates: Iterable<{ readonly questions: GatePair["questions"] }>): SideQuestions {
  const all = { sets: new Set<string>(), portSets: new Set<string>(), nets: new Map<string, Prefix>() };
  for (const { questions } of gates) {
    for (const { sets, portSets, nets } of [questions.source, questions.destination]) {
      for (const id of sets) all.sets.add(id);
      for (const id of portSets) all.portSets.add(id);
      for (const [key, net] of nets) all.nets.set(key, net);
    }
  }
  return all;
}
