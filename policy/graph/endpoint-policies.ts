import { chainId, type EndpointGates, type Gate, type TierChains } from "../chain.ts";
import type { Direction, Owner } from "../rule.ts";
import type { Selector } from "../selector/ast.ts";
import { canonicalText } from "../selector/canonical.ts";
import type { Labels } from "../selector/evaluate.ts";
import { LabelIndex } from "./label-index.ts";
import type { ItemId } from "./labelled-items.ts";
import type { LocalEndpoint } from "./local-endpoints.ts";
import { comparePolicies, type Placed, type TierSpec } from "./policy-order.ts";

/** A policy as far as it matters which endpoints it applies to, and where among others. */
export interface PlacedPolicy extends Placed {
  readonly selector: Selector;
  readonly directions: readonly Direction[];
}

/** An endpoint's gates, and the keys of the policies they name. */
export interface ResolvedEndpoint {
  readonly gates: EndpointGates;
  readonly policies: readonly string[];
}

/**
 * Vertex: local endpoints, policies, tiers and profiles' labels in; which endpoints must be resolved again out, and how
 * they resolve. Policies whose tier is not known wait. Resolving looks at the present only.
 */
export class EndpointPolicies {
  readonly #index = new LabelIndex<string>();
  readonly #endpoints = new Map<string, LocalEndpoint>();
  readonly #ids = new Map<string, ItemId>();
  readonly #keys: (string | undefined)[] = [];
  readonly #policies = new Map<string, PlacedPolicy>();
  readonly #tiers = new Map<string, TierSpec>();
  readonly #dirty = new Set<string>();

  /** How many tiers there are. */
  get tierCount(): number {
    return this.#tiers.size;
  }

  onEndpoint(key: string, endpoint: LocalEndpoint | undefined): void {
    const id = this.#ids.get(key) ?? this.#freeId();
    this.#dirty.add(key);
    if (endpoint) {
      this.#endpoints.set(key, endpoint);
      this.#ids.set(key, id);
      this.#keys[id] = key;
      this.#index.set(id, endpoint.labels, endpoint.profiles);
    } else if (this.#endpoints.delete(key)) {
      this.#ids.delete(key);
      this.#keys[id] = undefined;
      this.#index.delete(id);
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
    this.#policies.set(key, policy);
    this.#index.watch(key, policy.selector);
    this.#markSelected(key);
  }

  onTier(name: string, tier: TierSpec | undefined): void {
    const before = this.#tiers.get(name);
    if (before?.order === tier?.order && before?.defaultAction === tier?.defaultAction && !before === !tier) return;
    if (tier) this.#tiers.set(name, tier);
    else this.#tiers.delete(name);
    for (const key of this.#endpoints.keys()) this.#dirty.add(key);
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

  /** The endpoint as it is now, or undefined when it is gone. */
  resolve(key: string): ResolvedEndpoint | undefined {
    const endpoint = this.#endpoints.get(key);
    if (!endpoint) return undefined;
    const keys = this.#index.selecting(this.#ids.get(key)!).filter((k) => this.#tiers.has(this.#policies.get(k)!.tier));
    const ordered = keys.sort((x, y) => comparePolicies(this.#policies.get(x)!, this.#policies.get(y)!, this.#tiers));
    const policies = ordered.map((k) => this.#policies.get(k)!);
    const { interfaceName, sources, spoofable } = endpoint;
    const gate = (direction: Direction) => this.#gate(policies, endpoint.profiles, direction);
    const gates = {
      interfaceName,
      endpoint: key,
      sources,
      spoofable,
      ingress: gate("ingress"),
      egress: gate("egress"),
    };
    return { gates, policies: ordered };
  }

  #gate(policies: readonly PlacedPolicy[], profiles: readonly string[], direction: Direction): Gate {
    const tiers: (TierChains & { chains: string[] })[] = [];
    for (const { tier, owner, directions } of policies) {
      if (!directions.includes(direction)) continue;
      const atEnd = this.#tiers.get(tier)!.defaultAction === "Pass" ? "pass" : "deny";
      if (tiers.at(-1)?.tier !== tier) tiers.push({ tier, chains: [], atEnd });
      tiers.at(-1)!.chains.push(chainId(owner, direction));
    }
    return { tiers, profiles: profiles.map((name) => chainId(profileOwner(name), direction)), atEnd: "deny" };
  }

  #markSelected(key: string): void {
    for (const id of this.#index.selected(key)) this.#dirty.add(this.#keys[id]!);
  }

  #freeId(): ItemId {
    const free = this.#keys.indexOf(undefined);
    return free < 0 ? this.#keys.length : free;
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
    canonicalText(x.selector) === canonicalText(y.selector)
  );
}
