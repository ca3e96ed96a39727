import type { Chain, ChainId, EndpointGates, Gate } from "../chain.ts";
import type { PolicyOutput } from "../output.ts";
import type { PolicyState } from "../policy-state.ts";
import type { Direction, Rule } from "../rule.ts";
import { type Questions, questionsOf } from "./questions.ts";

/** One gate as it was and as it would be, of all endpoints that have the same two. */
export interface GatePair {
  readonly id: number;
  readonly direction: Direction;
  /** Whether the change could make a difference to it. */
  readonly isTouched: boolean;
  /** What it says to every packet, before and after; undefined where that depends on the packet. */
  readonly always: readonly ("allow" | "deny" | undefined)[];
  readonly rules: readonly Rule[];
  readonly questions: Questions;
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

  /** The pair of an endpoint that has these gates; undefined when it has none in one of the states. */
  of(interfaceName: string, direction: Direction): GatePair | undefined {
    const [before, after] = this.#states.map((state) => state.endpoints.get(interfaceName));
    if (!before || !after) return undefined;
    const texts = keyOf(before, direction);
    const key = before === after ? `${direction} ${texts}` : `${direction} ${texts} then ${keyOf(after, direction)}`;
    const known = this.#pairs.get(key) ?? this.#make(before[direction], after[direction], direction);
    this.#pairs.set(key, known);
    return known;
  }

  #make(before: Gate, after: Gate, direction: Direction): GatePair {
    const [old, now] = this.#states;
    const rules = new Set([...rulesOf(old, before), ...rulesOf(now, after)]);
    const isOther = JSON.stringify(before) !== JSON.stringify(after);
    return {
      id: this.#pairs.size,
      direction,
      isTouched: isOther || [...chainsOf(before), ...chainsOf(after)].some((id) => this.#touched.has(id)),
      always: [alwaysSays(old, before), alwaysSays(now, after)],
      rules: [...rules],
      questions: questionsOf(rules),
    };
  }
}

function keyOf(gates: EndpointGates, direction: Direction): string {
  const { tiers, profiles } = gates[direction];
  return `${tiers.map(({ tier, chains, atEnd }) => `${tier} ${atEnd} ${chains.join(" ")}`).join(";")};${profiles.join(" ")}`;
}

function* chainsOf(gate: Gate): Generator<ChainId> {
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
