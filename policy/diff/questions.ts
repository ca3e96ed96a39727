import type { Address } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import { covers, type Prefix, prefixKey } from "../../net/prefix.ts";
import type { PolicyState } from "../policy-state.ts";
import type { Rule } from "../rule.ts";
import type { SetId, SetMember } from "../set.ts";

/** What rules ask about one side of a packet, beside its ports. */
export interface SideQuestions {
  readonly sets: ReadonlySet<SetId>;
  readonly portSets: ReadonlySet<SetId>;
  readonly nets: ReadonlyMap<string, Prefix>;
}

/** What rules ask about both sides. */
export type Questions = Readonly<Record<"source" | "destination", SideQuestions>>;

/** Everything that a list of rules asks of addresses. */
export function questionsOf(rules: Iterable<Rule>): Questions {
  const side = () => ({ sets: new Set<SetId>(), portSets: new Set<SetId>(), nets: new Map<string, Prefix>() });
  const questions = { source: side(), destination: side() };
  for (const { match } of rules) {
    for (const name of ["source", "destination"] as const) {
      const asked = match[name];
      if (!asked) continue;
      const { sets, portSets, nets } = questions[name];
      for (const id of [...(asked.inSets ?? []), ...(asked.notInSets ?? [])]) sets.add(id);
      for (const list of [asked.namedPorts, asked.notNamedPorts, asked.inPortSets])
        for (const id of list ?? []) portSets.add(id);
      for (const net of [...(asked.nets ?? []), ...(asked.notNets ?? [])]) nets.set(prefixKey(net), net);
    }
  }
  return questions;
}

/** The members of both states' sets, as far as they are asked for. */
export class Members {
  readonly states: readonly PolicyState[];
  readonly #members: readonly ReadonlyMap<SetId, ReadonlySet<SetMember>>[];
  readonly #ports = new Map<SetId, ReadonlyMap<string, string>>();

  constructor(states: readonly PolicyState[]) {
    this.states = states;
    this.#members = states.map((state) => new Map([...state.sets()].map(([{ id }, members]) => [id, members])));
  }

  /** The members that a set has in each state. */
  of(id: SetId): (ReadonlySet<SetMember> | undefined)[] {
    return this.#members.map((members) => members.get(id));
  }

  /** The ports that members of a set have, in any state. */
  *ports(id: SetId): Generator<number> {
    for (const members of this.of(id)) {
      for (const member of members ?? []) yield Number(member.slice(member.lastIndexOf(":") + 1));
    }
  }

  /** For each address of a set of ports, its protocols and ports in all states as one text. */
  portsByAddress(id: SetId): ReadonlyMap<string, string> {
    const known = this.#ports.get(id);
    if (known) return known;
    const texts = new Map<string, string>();
    for (const [index, members] of this.of(id).entries()) {
      for (const member of [...(members ?? [])].sort()) {
        const comma = member.indexOf(",");
        const address = member.slice(0, comma);
        texts.set(address, `${texts.get(address) ?? ""}${index}${member.slice(comma)};`);
      }
    }
    this.#ports.set(id, texts);
    return texts;
  }
}

/** All answers that an address gives to the questions of one side, in both states: equal for addresses that are alike. */
export function answersOf(address: Address, questions: SideQuestions, members: Members): string {
  let bits = "";
  for (const id of questions.sets)
    for (const state of members.states) bits += state.hasAddress(id, address) ? "1" : "0";
  for (const net of questions.nets.values()) bits += covers(net, address) ? "1" : "0";
  if (questions.portSets.size === 0) return bits;
  const text = formatAddress(address);
  for (const id of questions.portSets) bits += `|${members.portsByAddress(id).get(text) ?? ""}`;
  return bits;
}
