import type { Chain, ChainId, EndpointGates, Gate, TierChains } from "../chain.ts";
import { matchesPacket } from "../match.ts";
import type { PolicyOutput } from "../output.ts";
import type { Packet } from "../packet.ts";
import type { PolicyState } from "../policy-state.ts";
import type { Action, Direction, Rule } from "../rule.ts";
import { type Questions, questionsOf } from "./questions.ts";

/** One gate as it was and as it would be, of all endpoints that have the same two. */
export interface GatePair {
  readonly id: number;
  readonly direction: Direction;
  /** Whether the change could make a difference to it. */
  readonly isTouched: boolean;
  /** Whether it could to packets that no touched policy has a rule for. */
  readonly isRebuilt: boolean;
  /** What it says to every packet, before and after; undefined where that depends on the packet. */
  readonly always: readonly ("allow" | "deny" | undefined)[];
  readonly rules: readonly Rule[];
  readonly questions: Questions;
  /** The touched policies and profiles of it, before and after. */
  readonly touched: readonly [readonly ChainId[], readonly ChainId[]];
}

/** The gates of a cluster's endpoints, each kind once. */
export class GatePairs {
  readonly #states: readonly [PolicyState, PolicyState];
  readonly #touched: ReadonlySet<ChainId>;
  readonly #pairs = new Map<string, GatePair>();

  constructor(before: PolicyState, after: PolicyState, delta: PolicyOutput) {
    this.#states = [before, after];
    this.#touched = touchedChains(before, after, delta);
  }

  /** Whether the change could make a difference to a host endpoint. */
  touchesHosts(delta: PolicyOutput): boolean {
    if (delta.hosts.length > 0) return true;
    for (const { stages } of this.#states[1].hosts.values()) {
      const gates = Object.values(stages).flatMap(({ ingress, egress }) => [ingress, egress]);
      if (gates.some((gate) => [...chainsOf(gate)].some((id) => this.#touched.has(id)))) return true;
    }
    return false;
  }

  /** What all rules that the change touches ask. */
  touchedQuestions(): Questions {
    const rules = this.#states.flatMap(({ chains }) => [...this.#touched].flatMap((id) => chains.get(id)?.rules ?? []));
    return questionsOf(rules);
  }

  /** The pair of the endpoint that has the interface; undefined when it has none in one of the states. */
  of(interfaceName: string, direction: Direction): GatePair | undefined {
    const [before, after] = this.#states.map((state) => state.endpoints.get(interfaceName));
    if (!before || !after) return undefined;
    const text = keyOf(before, direction);
    const key = before === after ? `${direction} ${text}` : `${direction} ${text} then ${keyOf(after, direction)}`;
    const known = this.#pairs.get(key) ?? this.#make(before[direction], after[direction], direction);
    this.#pairs.set(key, known);
    return known;
  }

  /** Whether a packet could get another answer: a touched policy says something else of it, or all was built anew. */
  mayDiffer({ isRebuilt, touched }: GatePair, packet: Packet): boolean {
    if (isRebuilt) return true;
    const says = (index: 0 | 1, id: ChainId): Action | undefined => {
      const state = this.#states[index];
      if (!touched[index].includes(id)) return undefined;
      const rules = state.chains.get(id)?.rules ?? [];
      return rules.find(({ action, match }) => action !== "log" && matchesPacket(match, packet, state))?.action;
    };
    return [...new Set([...touched[0], ...touched[1]])].some((id) => says(0, id) !== says(1, id));
  }

  #make(before: Gate, after: Gate, direction: Direction): GatePair {
    const [old, now] = this.#states;
    const rules = [...new Set([...rulesOf(old, before), ...rulesOf(now, after)])];
    const among = (gate: Gate) => [...chainsOf(gate)].filter((id) => this.#touched.has(id));
    const touched = [among(before), among(after)] as const;
    const passing = new Set([...touched[0], ...touched[1]].filter((id) => !touched.every((ids) => ids.includes(id))));
    const isRebuilt = frameOf(before, passing) !== frameOf(after, passing);
    return {
      id: this.#pairs.size,
      direction,
      isTouched: isRebuilt || touched[0].length + touched[1].length > 0,
      isRebuilt,
      always: [alwaysSays(old, before), alwaysSays(now, after)],
      rules,
      questions: questionsOf(rules),
      touched,
    };
  }
}

/**
 * A gate without the policies that come or go, as text: what is left must stand as it stood. A tier that lets pass what it
 * does not decide is nothing without policies.
 */
function frameOf({ tiers, profiles }: Gate, without: ReadonlySet<ChainId>): string {
  const kept = (ids: readonly ChainId[]) => ids.filter((id) => !without.has(id));
  const rest = tiers
    .map(({ tier, chains, atEnd }): TierChains => ({ tier, chains: kept(chains), atEnd }))
    .filter(({ chains, atEnd }) => chains.length > 0 || atEnd === "deny");
  return JSON.stringify([rest, kept(profiles)]);
}

function keyOf(gates: EndpointGates, direction: Direction): string {
  const { tiers, profiles } = gates[direction];
  return `${tiers.map(({ tier, chains, atEnd }) => `${tier} ${atEnd} ${chains.join(" ")}`).join(";")};${profiles.join(" ")}`;
}

/** The policies and profiles of a gate, in the order in which they are asked. */
export function* chainsOf(gate: Gate): Generator<ChainId> {
  for (const { chains } of gate.tiers) yield* chains;
  yield* gate.profiles;
}

function* rulesOf(state: PolicyState, gate: Gate): Generator<Rule> {
  for (const id of chainsOf(gate)) {
    const chain = state.chains.get(id);
    if (chain && !chain.staged) yield* chain.rules;
  }
}

/** Whether a rule is met by every packet. */
export function isUnconditional({ match }: Rule): boolean {
  return Object.keys(match).length === 0;
}

/** What a gate says when its answer needs no look at the packet; undefined when it does. */
function alwaysSays(state: PolicyState, gate: Gate): "allow" | "deny" | undefined {
  const first = (ids: readonly ChainId[]) => firstThatCounts(ids.map((id) => state.chains.get(id)));
  for (const { chains, atEnd } of gate.tiers) {
    const rule = first(chains);
    if (rule && !isUnconditional(rule)) return undefined;
    if (rule?.action === "allow" || rule?.action === "deny") return rule.action;
    if (!rule && atEnd === "deny") return "deny";
  }
  for (const id of gate.profiles) {
    const rule = first([id]);
    if (rule && !isUnconditional(rule)) return undefined;
    if (rule?.action === "allow" || rule?.action === "deny") return rule.action;
  }
  return "deny";
}

function firstThatCounts(chains: readonly (Chain | undefined)[]): Rule | undefined {
  for (const chain of chains) {
    const rule = chain?.staged ? undefined : chain?.rules.find(({ action }) => action !== "log");
    if (rule) return rule;
  }
  return undefined;
}

/** The chains that say something else now, or that ask sets whose members are others now. */
function touchedChains(before: PolicyState, after: PolicyState, delta: PolicyOutput): Set<ChainId> {
  const touched = new Set(delta.chains.map(({ key }) => key));
  const sets = new Set([...delta.members.keys(), ...delta.sets.map(({ key }) => key)]);
  if (sets.size === 0) return touched;
  for (const { chains } of [before, after]) {
    for (const [id, { rules }] of chains)
      if (!touched.has(id) && rules.some((rule) => asks(rule, sets))) touched.add(id);
  }
  return touched;
}

function asks({ match }: Rule, sets: ReadonlySet<string>): boolean {
  return [match.source, match.destination].some(
    (side) =>
      side &&
      [side.inSets, side.notInSets, side.namedPorts, side.notNamedPorts, side.inPortSets].some((ids) =>
        ids?.some((id) => sets.has(id)),
      ),
  );
}
