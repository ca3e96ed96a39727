import type { Rule as ModelRule } from "../../datastore/model/rule.ts";
import { type Change, remove, set } from "../../lib/change.ts";
import { type Chain, type ChainId, chainId } from "../chain.ts";
import { compileRules } from "../compile/rules.ts";
import { type Direction, isStaged, type Owner, type Stage } from "../rule.ts";
import type { SetId } from "../set.ts";
import type { Need } from "./needs.ts";
import type { PolicyFault } from "./policy-fault.ts";
import type { SelectorSets } from "./selector-sets.ts";

/** The rules of a policy or profile, by direction; a direction that is absent has no chain. */
export interface RuleSource {
  readonly owner: Owner;
  /** Of a policy. */
  readonly tier?: string;
  readonly ingress?: readonly ModelRule[];
  readonly egress?: readonly ModelRule[];
  /** It is referred to but not there. */
  readonly missing?: boolean;
}

interface Active {
  readonly chains: ReadonlyMap<ChainId, Chain>;
  readonly sets: readonly SetId[];
  readonly faults: readonly PolicyFault[];
}

const NOTHING: Active = { chains: new Map(), sets: [], faults: [] };

/**
 * Vertex: which policies and profiles the node's endpoints need at which stages, and what those say, in; their compiled
 * chains out, one for each stage at which somebody asks. It
 * holds the sets that compiled rules refer to, and lets go of old ones only after it holds the new.
 */
export class ActiveRules {
  readonly #sets: SelectorSets;
  readonly #sourceOf: (key: string) => RuleSource;
  /** How often each is needed at each stage; no stage is there with none. */
  readonly #needs = new Map<string, Map<Stage, number>>();
  readonly #active = new Map<string, Active>();
  readonly #dirty = new Set<string>();
  /** Those of which something cannot be read: so that asking costs what there is to tell. */
  readonly #faulty = new Set<string>();
  /** Grows whenever what `faults` tells may be other than before. */
  faultChanges = 0;

  /** `sourceOf` answers what a needed policy or profile says, also for one that is not there. */
  constructor(sets: SelectorSets, sourceOf: (key: string) => RuleSource) {
    this.#sets = sets;
    this.#sourceOf = sourceOf;
  }

  /** How many policies and profiles are needed by an endpoint of this node. */
  get activeCount(): number {
    return this.#active.size;
  }

  /** What cannot be read of the rules that this node needs, as of the last flush. */
  *faults(): Generator<PolicyFault> {
    for (const key of this.#faulty) yield* this.#active.get(key)!.faults;
  }

  /** One more endpoint asks the policy or profile at a stage. */
  need({ key, stage }: Need): void {
    let stages = this.#needs.get(key);
    if (!stages) this.#needs.set(key, (stages = new Map()));
    const needs = stages.get(stage) ?? 0;
    stages.set(stage, needs + 1);
    if (needs === 0) this.#dirty.add(key);
  }

  unneed({ key, stage }: Need): void {
    const stages = this.#needs.get(key)!;
    const needs = stages.get(stage)! - 1;
    if (needs > 0) {
      stages.set(stage, needs);
      return;
    }
    stages.delete(stage);
    if (stages.size === 0) this.#needs.delete(key);
    this.#dirty.add(key);
  }

  /** What the policy or profile says may have changed. */
  changed(key: string): void {
    if (this.#needs.has(key)) this.#dirty.add(key);
  }

  flush(chains: Change<ChainId, Chain>[]): void {
    const gone: SetId[] = [];
    for (const key of this.#dirty) {
      const before = this.#active.get(key) ?? NOTHING;
      const stages = this.#needs.get(key);
      const after = stages ? this.#compile(key, [...stages.keys()]) : NOTHING;
      for (const [id, chain] of after.chains) if (!sameChain(chain, before.chains.get(id))) chains.push(set(id, chain));
      for (const id of before.chains.keys()) if (!after.chains.has(id)) chains.push(remove(id));
      for (const id of before.sets) gone.push(id);
      if (after === NOTHING) this.#active.delete(key);
      else this.#active.set(key, after);
      if (this.#faulty.delete(key) || after.faults.length > 0) this.faultChanges++;
      if (after.faults.length > 0) this.#faulty.add(key);
    }
    this.#dirty.clear();
    for (const id of gone) this.#sets.letGo(id);
  }

  #compile(key: string, stages: readonly Stage[]): Active {
    const source = this.#sourceOf(key);
    const chains = new Map<ChainId, Chain>();
    const sets: SetId[] = [];
    const faults: PolicyFault[] = [];
    for (const direction of ["ingress", "egress"] as const satisfies readonly Direction[]) {
      const rules = source[direction];
      const asked = direction === "egress" ? stages.filter((stage) => stage !== "pre-dnat") : stages;
      if (!rules || asked.length === 0) continue;
      const { owner, tier } = source;
      const compiled = compileRules(owner, direction, rules);
      for (const fault of compiled.faults) faults.push({ owner, ...fault });
      const placed = tier === undefined ? {} : { tier };
      const more = { ...(source.missing && { missing: true }), ...(isStaged(owner) && { staged: true }) };
      for (const stage of asked) {
        const id = chainId(owner, direction, stage);
        chains.set(id, { id, owner, direction, stage, ...placed, rules: compiled.rules, ...more });
      }
      for (const definition of compiled.sets.values()) {
        this.#sets.hold(definition);
        sets.push(definition.id);
      }
    }
    return { chains, sets, faults };
  }
}

/** Chains are plain data built in one order of fields. */
function sameChain(x: Chain, y: Chain | undefined): boolean {
  return y !== undefined && JSON.stringify(x) === JSON.stringify(y);
}
