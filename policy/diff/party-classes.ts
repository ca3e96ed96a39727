import { formatAddress } from "../../net/address-text.ts";
import { addressBits, type Family } from "../../net/family.ts";
import { type Prefix, parsePrefix } from "../../net/prefix.ts";
import type { PolicyState } from "../policy-state.ts";
import { Addresses, type Party } from "./addresses.ts";
import { interfaceOf } from "./cluster.ts";
import type { Side } from "./flow-change.ts";
import type { GatePair, GatePairs } from "./gate-pairs.ts";
import { outsideParties } from "./outside.ts";
import { Partition } from "./partition.ts";
import type { Members, SideQuestions } from "./questions.ts";

/** Parties that are alike in everything that a change is about, and have the same gates. */
export interface PartyClass extends Side {
  readonly family: Family;
  /** Absent of what is outside. */
  readonly ingress: GatePair | undefined;
  readonly egress: GatePair | undefined;
}

type Gates = readonly [ingress: GatePair | undefined, egress: GatePair | undefined];

/** Everybody in a cluster and what stands for the outside, in classes that no question of a touched gate tells apart. */
export class PartyClasses {
  readonly classes: readonly PartyClass[];
  /** What was left out. */
  readonly gaps: readonly string[];
  readonly #members: Members;

  /** `state` says who there is; at most `limit` prefixes stand for the outside. */
  constructor(state: PolicyState, pairs: GatePairs, members: Members, limit: number) {
    this.#members = members;
    const inside = endpointsOf(state);
    const gates = new Map<string, Gates>();
    const touched = new Set<GatePair>();
    for (const { endpoint } of inside) {
      if (gates.has(endpoint!)) continue;
      const name = interfaceOf(endpoint!);
      const both: Gates = [pairs.of(name, "ingress"), pairs.of(name, "egress")];
      gates.set(endpoint!, both);
      for (const pair of both) if (pair?.isTouched) touched.add(pair);
    }
    const asked = askedBy(touched);
    const prefixes = this.#prefixes(asked, inside, limit);
    const addresses = inside.map(({ address }) => address);
    const everybody = new Addresses([...inside, ...outsideParties(prefixes, addresses)]);
    const partition = new Partition(everybody.parties.length);
    for (const selected of this.#selections(asked, everybody)) partition.split(selected);
    for (const group of sameGates(everybody, gates)) partition.split(group);
    this.gaps =
      prefixes.length < limit ? [] : [`only the first ${limit} prefixes and addresses of sets stand for the outside`];
    this.classes = partition.classes().map((members, key) => {
      const parties = members.map((i) => everybody.parties[i]!);
      const [ingress, egress] = gates.get(parties[0]!.endpoint ?? "") ?? [];
      return { key: `${key}`, parties, family: parties[0]!.address.family, ingress, egress };
    });
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

  *#selections({ sets, portSets, nets }: SideQuestions, everybody: Addresses): Generator<Iterable<number>> {
    for (const id of sets) for (const members of this.#members.of(id)) yield membersAmong(members ?? [], everybody);
    for (const net of nets.values()) yield everybody.inside(net);
    for (const id of portSets) {
      const alike = new Map<string, string[]>();
      for (const [address, ports] of this.#members.portsByAddress(id)) {
        const known = alike.get(ports);
        if (known) known.push(address);
        else alike.set(ports, [address]);
      }
      for (const addresses of alike.values()) yield membersAmong(addresses, everybody);
    }
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

function askedBy(gates: ReadonlySet<GatePair>): SideQuestions {
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

/** Whoever has the same two gates and the same family, together. */
function sameGates(everybody: Addresses, gates: ReadonlyMap<string, Gates>): Iterable<number[]> {
  const groups = new Map<string, number[]>();
  for (const [i, { endpoint, address }] of everybody.parties.entries()) {
    const [ingress, egress] = gates.get(endpoint ?? "") ?? [];
    const key = `${address.family} ${endpoint === undefined ? "outside" : ""} ${ingress?.id} ${egress?.id}`;
    const group = groups.get(key);
    if (group) group.push(i);
    else groups.set(key, [i]);
  }
  return groups.values();
}
