import type { BGPConfiguration } from "../../datastore/model/bgp-configuration.ts";
import type { GlobalNetworkPolicy } from "../../datastore/model/global-network-policy.ts";
import type { HostEndpoint } from "../../datastore/model/host-endpoint.ts";
import type { IPPool } from "../../datastore/model/ip-pool.ts";
import type { KubernetesEndpointSlice } from "../../datastore/model/kubernetes-endpoint-slice.ts";
import type { NetworkPolicy } from "../../datastore/model/network-policy.ts";
import type { GlobalNetworkSet, NetworkSet } from "../../datastore/model/network-set.ts";
import type { Node } from "../../datastore/model/node.ts";
import type { Profile } from "../../datastore/model/profile.ts";
import type { StagedKubernetesNetworkPolicy } from "../../datastore/model/staged-kubernetes-network-policy.ts";
import type { StagedGlobalNetworkPolicy, StagedNetworkPolicy } from "../../datastore/model/staged-policy.ts";
import type { Tier } from "../../datastore/model/tier.ts";
import type { WorkloadEndpoint } from "../../datastore/model/workload-endpoint.ts";
import type { Change } from "../../lib/change.ts";
import type { Address } from "../../net/address.ts";
import type { Chain, ChainId, EndpointGates } from "../chain.ts";
import type { SetDefinition } from "../compile/set-definition.ts";
import type { SetLookup } from "../match.ts";
import type { MemberDelta, PolicyOutput } from "../output.ts";
import type { Owner } from "../rule.ts";
import type { SetId, SetSpec } from "../set.ts";
import { ActiveRules } from "./active-rules.ts";
import { ClusterSets } from "./cluster-sets.ts";
import { Emitted } from "./emitted.ts";
import { EndpointPolicies } from "./endpoint-policies.ts";
import { workloadGates } from "./gates.ts";
import { HostEndpoints } from "./host-endpoints.ts";
import { InterfaceOwners, type LocalEndpoint } from "./local-endpoints.ts";
import { Needs } from "./needs.ts";
import { describePolicyFault, type PolicyFault } from "./policy-fault.ts";
import { PoolSets } from "./pools.ts";
import { readEndpoint, readHostEndpoint, readNetworkSet } from "./read-item.ts";
import { readFloating, readLimits } from "./read-limits.ts";
import { DEFAULT_ALLOW, policyKey, profileKey, RuleBook } from "./rule-book.ts";
import { SelectorSets } from "./selector-sets.ts";

/**
 * The resources that policy is made of: a namespaced one's key is `namespace/name`, another's its name. And what the kernel
 * says of this node: the interfaces that are no workload's, each with its addresses, by name.
 */
export type PolicyInput =
  | { readonly kind: "WorkloadEndpoint"; readonly change: Change<string, WorkloadEndpoint> }
  | { readonly kind: "HostEndpoint"; readonly change: Change<string, HostEndpoint> }
  | { readonly kind: "HostInterface"; readonly change: Change<string, readonly Address[]> }
  | { readonly kind: "NetworkSet"; readonly change: Change<string, NetworkSet> }
  | { readonly kind: "GlobalNetworkSet"; readonly change: Change<string, GlobalNetworkSet> }
  | { readonly kind: "NetworkPolicy"; readonly change: Change<string, NetworkPolicy> }
  | { readonly kind: "GlobalNetworkPolicy"; readonly change: Change<string, GlobalNetworkPolicy> }
  | { readonly kind: "StagedNetworkPolicy"; readonly change: Change<string, StagedNetworkPolicy> }
  | { readonly kind: "StagedGlobalNetworkPolicy"; readonly change: Change<string, StagedGlobalNetworkPolicy> }
  | { readonly kind: "StagedKubernetesNetworkPolicy"; readonly change: Change<string, StagedKubernetesNetworkPolicy> }
  | { readonly kind: "Profile"; readonly change: Change<string, Profile> }
  | { readonly kind: "Tier"; readonly change: Change<string, Tier> }
  | { readonly kind: "IPPool"; readonly change: Change<string, IPPool> }
  | { readonly kind: "Node"; readonly change: Change<string, Node> }
  | { readonly kind: "BGPConfiguration"; readonly change: Change<string, BGPConfiguration> }
  | { readonly kind: "KubernetesEndpointSlice"; readonly change: Change<string, KubernetesEndpointSlice> };

/**
 * The policy of one node: resources in, in any order and any number of times; what changed in its sets, chains and
 * endpoints out, once a turn. What has been put out depends on what is there, never on how it came to be.
 *
 *     WorkloadEndpoint ─┬────────────→ SelectorSets ←──hold── ActiveRules ──→ chains
 *     HostEndpoint ─────┤                  ↑   │                  ↑
 *     NetworkSet ───────┼──────────────────┤   ╰──→ sets, members │ need
 *     Profile ──────────┼─labels───────────╯                      │
 *     NetworkPolicy ────┼→ RuleBook ──────────────rules───────────┤
 *     Tier ─────────────╰→ EndpointPolicies ──┬───────────────────┤ ──→ endpoints
 *     HostInterface ────────────────────→ HostEndpoints ──────────╯ ──→ hosts
 */
export class PolicyGraph {
  readonly #node: string;
  readonly #sets = new SelectorSets();
  readonly #pools = new PoolSets();
  readonly #cluster = new ClusterSets();
  readonly #book = new RuleBook();
  readonly #rules = new ActiveRules(this.#sets, (key) => this.#book.source(key));
  readonly #policies = new EndpointPolicies();
  readonly #interfaces = new InterfaceOwners();
  readonly #local = new Map<string, LocalEndpoint>();
  readonly #needs = new Needs(this.#rules);
  readonly #resolved = new Map<string, EndpointGates>();
  readonly #emitted = new Emitted<EndpointGates>();
  readonly #dirtyInterfaces = new Set<string>();
  readonly #hosts: HostEndpoints;
  #faults: { readonly changes: number; readonly list: readonly PolicyFault[] } = { changes: 0, list: [] };

  /**
   * `node` is the name by which endpoints of this node call it; interfaces whose names start with one of `interfacePrefixes`
   * are workloads' (InterfacePrefix), and no host endpoint's.
   */
  constructor(node: string, interfacePrefixes: readonly string[] = ["cali"]) {
    this.#node = node;
    this.#hosts = new HostEndpoints(this.#policies, this.#needs, beginsWith(interfacePrefixes));
    this.#onLabels(DEFAULT_ALLOW, {});
  }

  on(input: PolicyInput): void {
    const { key } = input.change;
    switch (input.kind) {
      case "WorkloadEndpoint":
        this.#onEndpoint(key, valueIn(input.change));
        break;
      case "HostEndpoint": {
        const value = valueIn(input.change);
        this.#sets.onItem(`${input.kind} ${key}`, value && readHostEndpoint(value));
        this.#hosts.onHost(key, value?.spec.node === this.#node ? value : undefined);
        break;
      }
      case "HostInterface":
        this.#hosts.onInterface(key, valueIn(input.change));
        break;
      case "NetworkSet":
      case "GlobalNetworkSet": {
        const value = input.change.kind === "set" ? input.change.value : undefined;
        this.#sets.onItem(`${input.kind} ${key}`, value && readNetworkSet(value));
        break;
      }
      case "NetworkPolicy":
      case "GlobalNetworkPolicy":
      case "StagedNetworkPolicy":
      case "StagedGlobalNetworkPolicy":
      case "StagedKubernetesNetworkPolicy": {
        const policy = policyKey(input.kind, key);
        const value = input.change.kind === "set" ? input.change.value : undefined;
        const placed = this.#book.onPolicy(policy, value);
        this.#policies.onPolicy(policy, placed);
        const anyway = placed?.isNeededAnyway ? placed.stages : [];
        this.#needs.set(
          `hint ${policy}`,
          anyway.map((stage) => ({ key: policy, stage })),
        );
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
      case "Node":
        this.#cluster.onNode(key, valueIn(input.change)?.spec);
        break;
      case "BGPConfiguration":
        this.#cluster.onBgpConfiguration(key, valueIn(input.change)?.spec);
        break;
      case "KubernetesEndpointSlice":
        this.#sets.onSlice(key, valueIn(input.change));
        break;
    }
  }

  /** Interfaces whose names start with one of these are workloads' from now on, instead of those told before. */
  setInterfacePrefixes(prefixes: readonly string[]): void {
    this.#hosts.setWorkloads(beginsWith(prefixes));
  }

  /** The sets of selectors and services as they are now, for packets that are asked about; the fixed ones are not in it. */
  get sets(): SetLookup {
    return this.#sets;
  }

  /** What a set that rules of this node speak of was made from; undefined of the fixed ones. */
  setDefinition(id: SetId): SetDefinition | undefined {
    return this.#sets.definition(id);
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
      tiers: this.#policies.tiers.size,
      policies: this.#rules.activeCount,
      sets: this.#sets.setCount,
    };
  }

  /** The enforced policies that would go if what is staged were done (stagedAction Delete), in the order of their names. */
  get leaving(): readonly Owner[] {
    return this.#book.leaving();
  }

  /**
   * What cannot be read: a policy with such a selector applies to nothing, a rule denies everything. Of rules only what this
   * node needs is told, as of the last flush. In the order of the policies' names; the same list as long as nothing of it changes.
   */
  get faults(): readonly PolicyFault[] {
    const changes = this.#book.faultChanges + this.#rules.faultChanges;
    if (changes === this.#faults.changes) return this.#faults.list;
    const told = [...this.#book.faults(), ...this.#rules.faults()].map(
      (fault) => [describePolicyFault(fault), fault] as const,
    );
    const list = told.sort(([x], [y]) => (x < y ? -1 : 1)).map(([, fault]) => fault);
    this.#faults = { changes, list };
    return list;
  }

  /** Runs the graph to rest and answers what changed since the last time. */
  flush(): PolicyOutput {
    const sets: Change<SetId, SetSpec>[] = [];
    const members = new Map<SetId, MemberDelta>();
    const chains: Change<ChainId, Chain>[] = [];
    for (const key of this.#policies.takeDirty()) if (!this.#hosts.resolve(key)) this.#resolve(key);
    const hosts = this.#hosts.flush();
    this.#rules.flush(chains);
    this.#sets.flush(sets, members);
    this.#pools.flush(sets, members);
    this.#cluster.flush(sets, members);
    return { sets, members, chains, endpoints: this.#flushEndpoints(), hosts };
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
      const limits = readLimits(resource.spec.qosControls);
      const floating = readFloating(resource.spec.ipNATs);
      const local = { key, interfaceName, labels, profiles, sources, spoofable, limits, floating };
      this.#interfaces.claim(interfaceName, key);
      this.#dirtyInterfaces.add(interfaceName);
      this.#local.set(key, local);
      this.#policies.onEndpoint(key, { labels, profiles });
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
    const local = this.#local.get(key);
    if (!local) {
      this.#needs.set(key, []);
      this.#resolved.delete(key);
      return;
    }
    const { profiles, interfaceName } = local;
    const policies = this.#policies.applying(key).filter(({ stages }) => stages.includes("normal"));
    const needs = [...policies.map((policy) => policy.key), ...new Set(profiles.map(profileKey))];
    this.#needs.set(
      key,
      needs.map((need) => ({ key: need, stage: "normal" })),
    );
    this.#resolved.set(key, workloadGates(local, { policies, profiles, tiers: this.#policies.tiers }));
    this.#dirtyInterfaces.add(interfaceName);
  }

  #flushEndpoints(): Change<string, EndpointGates>[] {
    const changes: Change<string, EndpointGates>[] = [];
    for (const name of this.#dirtyInterfaces) {
      const owner = this.#interfaces.owner(name);
      this.#emitted.tell(name, owner === undefined ? undefined : this.#resolved.get(owner), changes);
    }
    this.#dirtyInterfaces.clear();
    return changes;
  }
}

function beginsWith(prefixes: readonly string[]): (name: string) => boolean {
  return (name) => prefixes.some((prefix) => name.startsWith(prefix));
}

function valueIn<V>(change: Change<string, V>): V | undefined {
  return change.kind === "set" ? change.value : undefined;
}
