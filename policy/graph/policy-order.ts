import type { Tier } from "../../datastore/model/tier.ts";
import type { Owner } from "../rule.ts";

/** What decides where a policy stands among those of an endpoint. */
export interface Placed {
  readonly owner: Owner;
  /** Under which it is sorted: that of the enforced policy that it is, or would be. */
  readonly name: string;
  readonly tier: string;
  readonly order: number | undefined;
}

/** What a tier says of its policies. */
export type TierSpec = Tier["spec"];

/**
 * Total order of policies, first tried first: by tier order, tier name, policy order, name, namespace, kind: an enforced
 * policy stands before a staged one of its name. An absent order is last. Source: Calico felix/calc/policy_sorter.go.
 */
export function comparePolicies(x: Placed, y: Placed, tiers: ReadonlyMap<string, TierSpec>): number {
  return (
    compareOrders(tiers.get(x.tier)?.order, tiers.get(y.tier)?.order) ||
    compareTexts(x.tier, y.tier) ||
    compareOrders(x.order, y.order) ||
    compareTexts(x.name, y.name) ||
    compareTexts(x.owner.namespace ?? "", y.owner.namespace ?? "") ||
    compareTexts(x.owner.kind, y.owner.kind)
  );
}

function compareOrders(x: number | undefined, y: number | undefined): number {
  if (x === y) return 0;
  if (x === undefined) return 1;
  return y === undefined ? -1 : x - y;
}

function compareTexts(x: string, y: string): number {
  return x < y ? -1 : x > y ? 1 : 0;
}
