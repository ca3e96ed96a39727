import type { Direction, Owner, Stage } from "../rule.ts";
import type { Selector } from "../selector/ast.ts";
import { canonicalText } from "../selector/canonical.ts";
import type { Labels } from "../selector/evaluate.ts";
import { LabelIndex } from "./label-index.ts";
import type { ItemId } from "./labelled-items.ts";
import { comparePolicies, type Placed, type TierSpec } from "./policy-order.ts";

/** A policy as far as it matters which endpoints it applies to, and where among others. */
export interface PlacedPolicy extends Placed {
  readonly selector: Selector;
  readonly directions: readonly Direction[];
  /** Where host endpoints ask it; workloads ask at `normal` only. */
  readonly stages: readonly Stage[];
  /** Its chains are there whether an endpoint of this node asks them or not (AssumeNeededOnEveryNode). */
  readonly isNeededAnyway: boolean;
}

/** A policy that applies to an endpoint. */
export interface AppliedPolicy extends PlacedPolicy {
  /** Its name among policies and profiles. */
  readonly key: string;
}

/** An endpoint as selectors see it. */
export interface PolicySubject {
  readonly labels: Labels;
  readonly profiles: readonly string[];
}

/**
 * Vertex: this node's endpoints, policies, tiers and profiles' labels in; which endpoints must be resolved again out, and
 * which policies apply to each. Policies whose tier is not known wait. Answers look at the present only.
 */
export class EndpointPolicies {
  readonly #index = new LabelIndex<string>();
  readonly #ids = new Map<string, ItemId>();
  readonly #keys: string[] = [];
  readonly #freeIds: ItemId[] = [];
  readonly #policies = new Map<string, AppliedPolicy>();
  readonly #tiers = new Map<string, TierSpec>();
  readonly #dirty = new Set<string>();

  /** Every tier there is. */
  get tiers(): ReadonlyMap<string, TierSpec> {
    return this.#tiers;
  }

  onEndpoint(key: string, endpoint: PolicySubject | undefined): void {
    this.#dirty.add(key);
    const known = this.#ids.get(key);
    if (endpoint) {
      const id = known ?? this.#freeIds.pop() ?? this.#keys.length;
      this.#ids.set(key, id);
      this.#keys[id] = key;
      this.#index.set(id, endpoint.labels, endpoint.profiles);
    } else if (known !== undefined) {
      this.#ids.delete(key);
      this.#freeIds.push(known);
      this.#index.delete(known);
    }
  }

  onPolicy(key: string, policy: PlacedPolicy | undefined): void {
    const before = this.#policies.get(key);
    if (before && policy && samePlace(before, policy)) return;
    if (before) {
      this.#markSelected(key);
      this.#index.unwatch(key);
      this.#policies.delete(key);
    }
    if (!policy) return;
    this.#policies.set(key, { ...policy, key });
    this.#index.watch(key, policy.selector);
    this.#markSelected(key);
  }

  onTier(name: string, tier: TierSpec | undefined): void {
    const before = this.#tiers.get(name);
    if (before?.order === tier?.order && before?.defaultAction === tier?.defaultAction && !before === !tier) return;
    if (tier) this.#tiers.set(name, tier);
    else this.#tiers.delete(name);
    for (const key of this.#ids.keys()) this.#dirty.add(key);
  }

  onParent(name: string, labels: Labels | undefined): void {
    const mark = (_: string, id: ItemId) => this.#dirty.add(this.#keys[id]!);
    this.#index.setParent(name, labels, mark, mark);
  }

  /** The endpoints that may resolve otherwise than before, each once; the next call starts afresh. */
  takeDirty(): string[] {
    const dirty = [...this.#dirty];
    this.#dirty.clear();
    return dirty;
  }

  /** The policies that apply to an endpoint as it is now, in order; none when it is gone. */
  applying(key: string): AppliedPolicy[] {
    const id = this.#ids.get(key);
    if (id === undefined) return [];
    const policies = this.#index.selecting(id).map((policy) => this.#policies.get(policy)!);
    return policies.filter(({ tier }) => this.#tiers.has(tier)).sort((x, y) => comparePolicies(x, y, this.#tiers));
  }

  #markSelected(key: string): void {
    for (const id of this.#index.selected(key)) this.#dirty.add(this.#keys[id]!);
  }
}

/** A profile as the owner of chains. */
export function profileOwner(name: string): Owner {
  return { kind: "Profile", name };
}

function samePlace(x: PlacedPolicy, y: PlacedPolicy): boolean {
  return (
    x.tier === y.tier &&
    x.order === y.order &&
    x.directions.join() === y.directions.join() &&
    x.stages.join() === y.stages.join() &&
    canonicalText(x.selector) === canonicalText(y.selector)
  );
}
