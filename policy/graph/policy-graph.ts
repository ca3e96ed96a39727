import type { GlobalNetworkPolicy } from "../../datastore/model/global-network-policy.ts";
import type { IPPool } from "../../datastore/model/ip-pool.ts";
import type { KubernetesEndpointSlice } from "../../datastore/model/kubernetes-endpoint-slice.ts";
import type { NetworkPolicy } from "../../datastore/model/network-policy.ts";
import type { GlobalNetworkSet, NetworkSet } from "../../datastore/model/network-set.ts";
import type { Profile } from "../../datastore/model/profile.ts";
import type { Tier } from "../../datastore/model/tier.ts";
import type { WorkloadEndpoint } from "../../datastore/model/workload-endpoint.ts";
import { type Change, remove, set } from "../../lib/change.ts";
import type { Chain, ChainId, EndpointGates } from "../chain.ts";
import type { MemberDelta, PolicyOutput } from "../output.ts";
import type { SetId, SetSpec } from "../set.ts";
import { ActiveRules } from "./active-rules.ts";
import { EndpointPolicies } from "./endpoint-policies.ts";
import { InterfaceOwners, type LocalEndpoint } from "./local-endpoints.ts";
import { PoolSets } from "./pools.ts";
import { readEndpoint, readNetworkSet } from "./read-item.ts";
import { DEFAULT_ALLOW, policyKey, profileKey, RuleBook } from "./rule-book.ts";
import { SelectorSets } from "./selector-sets.ts";

/** The resources that policy is made of. A namespaced resource's key is `namespace/name`, another's its name. */
export type PolicyInput =
  | { readonly kind: "WorkloadEndpoint"; readonly change: Change<string, WorkloadEndpoint> }
  | { readonly kind: "NetworkSet"; readonly change: Change<string, NetworkSet> }
  | { readonly kind: "GlobalNetworkSet"; readonly change: Change<string, GlobalNetworkSet> }
  | { readonly kind: "NetworkPolicy"; readonly change: Change<string, NetworkPolicy> }
  | { readonly kind: "GlobalNetworkPolicy"; readonly change: Change<string, GlobalNetworkPolicy> }
  | { readonly kind: "Profile"; readonly change: Change<string, Profile> }
  | { readonly kind: "Tier"; readonly change: Change<string, Tier> }
  | { readonly kind: "IPPool"; readonly change: Change<string, IPPool> }
  | { readonly kind: "KubernetesEndpointSlice"; readonly change: Change<string, KubernetesEndpointSlice> };

/**
 * The policy of one node: resources in, in any order and any number of times; what changed in its sets, chains and
 * endpoints out, once a turn. What has been put out depends on what is there, never on how it came to be.
 *
 *     WorkloadEndpoint ─┬────────────→ SelectorSets ←──hold── ActiveRules ──→ chains
 *     NetworkSet ───────┼──────────────────↑   │                  ↑
 *     Profile ──────────┼─labels───────────╯   ╰──→ sets, members │ need
 *     NetworkPolicy ────┼→ RuleBook ──────────────rules───────────┤
 *     Tier ─────────────╰→ EndpointPolicies ──────────────────────╯ ──→ endpoints
 */
export class PolicyGraph {
  readonly #node: string;
  readonly #sets = new SelectorSets();
  readonly #pools = new PoolSets();
  readonly #book = new RuleBook();
  readonly #rules = new ActiveRules(this.#sets, (key) => this.#book.source(key));
  readonly #policies = new EndpointPolicies();
  readonly #interfaces = new InterfaceOwners();
  readonly #local = new Map<string, LocalEndpoint>();
  /** The policies and profiles that an endpoint needs, as of the last flush. */
  readonly #needs = new Map<string, readonly string[]>();
  readonly #resolved = new Map<string, EndpointGates>();
  /** What was put out for an interface, as text. */
  readonly #emitted = new Map<string, string>();
  readonly #dirtyInterfaces = new Set<string>();

  /** `node` is the name by which WorkloadEndpoints of this node call it. */
  constructor(node: string) {
    this.#node = node;
    this.#onLabels(DEFAULT_ALLOW, {});
  }

  on(input: PolicyInput): void {
    const { key } = input.change;
    switch (input.kind) {
      case "WorkloadEndpoint":
        this.#onEndpoint(key, valueIn(input.change));
        break;
      case "NetworkSet":
      case "GlobalNetworkSet": {
        const value = input.change.kind === "set" ? input.change.value : undefined;
        this.#sets.onItem(`${input.kind} ${key}`, value && readNetworkSet(value));
        break;
      }
      case "NetworkPolicy":
      case "GlobalNetworkPolicy": {
        const policy = policyKey(input.kind, key);
        const value = input.change.kind === "set" ? input.change.value : undefined;
        this.#policies.onPolicy(policy, this.#book.onPolicy(policy, value));
        this.#rules.changed(policy);
        break;
      }
      case "Profile":
        this.#onProfile(key, valueIn(input.change));
        break;
      case "Tier":
        this.#policies.onTier(key, valueIn(input.change)?.spec);
        break;
      case "IPPool":
        this.#pools.onPool(key, valueIn(input.change)?.spec);
        break;
      case "KubernetesEndpointSlice":
        this.#sets.onSlice(key, valueIn(input.change));
        break;
    }
  }

  /** How much of everything there is: resources in the cluster, rules and sets that this node's endpoints need. */
  get stats(): {
    readonly endpoints: number;
    readonly profiles: number;
    readonly tiers: number;
    readonly policies: number;
    readonly sets: number;
  } {
    return {
      endpoints: this.#sets.endpointCount,
      profiles: this.#book.profileCount,
      tiers: this.#policies.tierCount,
      policies: this.#rules.activeCount,
      sets: this.#sets.setCount,
    };
  }

  /** Runs the graph to rest and answers what changed since the last time. */
  flush(): PolicyOutput {
    const sets: Change<SetId, SetSpec>[] = [];
    const members = new Map<SetId, MemberDelta>();
    const chains: Change<ChainId, Chain>[] = [];
    for (const key of this.#policies.takeDirty()) this.#resolve(key);
    this.#rules.flush(chains);
    this.#sets.flush(sets, members);
    this.#pools.flush(sets, members);
    return { sets, members, chains, endpoints: this.#flushEndpoints(), hosts: [] };
  }

  #onEndpoint(key: string, resource: WorkloadEndpoint | undefined): void {
    const item = resource && readEndpoint(resource);
    this.#sets.onItem(key, item);
    const before = this.#local.get(key);
    const interfaceName = resource?.spec.node === this.#node ? resource.spec.interfaceName : undefined;
    if (before) {
      this.#interfaces.unclaim(before.interfaceName, key);
      this.#dirtyInterfaces.add(before.interfaceName);
      this.#local.delete(key);
    }
    if (item && interfaceName) {
      const { labels, parents: profiles, prefixes: sources, spoofable } = item;
      const local = { key, interfaceName, labels, profiles, sources, spoofable };
      this.#interfaces.claim(interfaceName, key);
      this.#dirtyInterfaces.add(interfaceName);
      this.#local.set(key, local);
      this.#policies.onEndpoint(key, local);
    } else if (before) this.#policies.onEndpoint(key, undefined);
  }

  #onProfile(name: string, profile: Profile | undefined): void {
    this.#book.onProfile(name, profile);
    this.#onLabels(name, profile?.spec.labelsToApply);
    this.#rules.changed(profileKey(name));
  }

  #onLabels(profile: string, labels: Readonly<Record<string, string>> | undefined): void {
    this.#sets.onParent(profile, labels);
    this.#policies.onParent(profile, labels);
  }

  #resolve(key: string): void {
    const resolved = this.#policies.resolve(key);
    const profiles = this.#local.get(key)?.profiles ?? [];
    const needs = resolved ? [...resolved.policies, ...new Set(profiles.map(profileKey))] : [];
    for (const need of needs) this.#rules.need(need);
    for (const need of this.#needs.get(key) ?? []) this.#rules.unneed(need);
    if (resolved) {
      this.#needs.set(key, needs);
      this.#resolved.set(key, resolved.gates);
      this.#dirtyInterfaces.add(resolved.gates.interfaceName);
    } else {
      this.#needs.delete(key);
      this.#resolved.delete(key);
    }
  }

  #flushEndpoints(): Change<string, EndpointGates>[] {
    const changes: Change<string, EndpointGates>[] = [];
    for (const name of this.#dirtyInterfaces) {
      const owner = this.#interfaces.owner(name);
      const gates = owner === undefined ? undefined : this.#resolved.get(owner);
      const text = gates && JSON.stringify(gates);
      if (text === this.#emitted.get(name)) continue;
      if (gates) changes.push(set(name, gates));
      else changes.push(remove(name));
      if (text) this.#emitted.set(name, text);
      else this.#emitted.delete(name);
    }
    this.#dirtyInterfaces.clear();
    return changes;
  }
}

function valueIn<V>(change: Change<string, V>): V | undefined {
  return change.kind === "set" ? change.value : undefined;
}
