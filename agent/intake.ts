import { decodeResource } from "../datastore/decode.ts";
import { decodeAffinity } from "../datastore/ipam-decode.ts";
import { parseIpamPath } from "../datastore/ipam-key.ts";
import { parseKubernetesPath } from "../datastore/kubernetes-key.ts";
import { affinityState } from "../datastore/model/block-affinity.ts";
import type { ClusterInformation } from "../datastore/model/cluster-information.ts";
import type { FelixConfiguration } from "../datastore/model/felix-configuration.ts";
import type { Kind } from "../datastore/model/resource.ts";
import type { Resource } from "../datastore/model/schemas.ts";
import type { WorkloadEndpoint } from "../datastore/model/workload-endpoint.ts";
import { type Problem, problemText } from "../datastore/problem.ts";
import { parseResourcePath, type ResourceKey } from "../datastore/resource-key.ts";
import type { Entry } from "../datastore/store.ts";
import type { Change } from "../lib/change.ts";
import type { Tell } from "../lib/fact.ts";
import { prefixKey } from "../net/prefix.ts";
import type { PolicyGraph } from "../policy/graph/policy-graph.ts";
import { felixFor } from "./config/felix-scope.ts";
import type { AgentFact } from "./fact.ts";
import type { NodeGraph } from "./graph/node-graph.ts";
import { PolicyIntake } from "./policy-intake.ts";

/** Where resources go. */
export interface IntakeTargets {
  readonly nodeName: string;
  readonly graph: NodeGraph;
  readonly policy: PolicyGraph;
  readonly tell: Tell<AgentFact>;
  /** Pools or our own node changed: what IPAM remembers of them is old. */
  readonly onPools: () => void;
  /** A WorkloadEndpoint, of whatever node. */
  readonly onEndpoint?: (change: Change<string, WorkloadEndpoint>) => void;
  /** A CalicoNodeStatus, of whatever node. */
  readonly onNodeStatus?: (change: Change<string, Entry>) => void;
}

/** Kinds that the agent follows; the others' keys are passed over without being read. */
const followed: ReadonlySet<Kind> = new Set<Kind>([
  "BGPConfiguration",
  "BGPFilter",
  "BGPPeer",
  "ClusterInformation",
  "FelixConfiguration",
  "GlobalNetworkPolicy",
  "GlobalNetworkSet",
  "HostEndpoint",
  "IPPool",
  "NetworkPolicy",
  "NetworkSet",
  "Node",
  "Profile",
  "StagedGlobalNetworkPolicy",
  "StagedKubernetesNetworkPolicy",
  "StagedNetworkPolicy",
  "Tier",
  "WorkloadEndpoint",
]);

/**
 * From entries of the store to the graphs: what cannot be read counts as absent and is told, once. Everything that is needed
 * outside the graphs (settings, readiness) stays here.
 */
export class Intake {
  readonly #targets: IntakeTargets;
  readonly #policies: PolicyIntake;
  readonly #felix = new Map<string, FelixConfiguration>();
  readonly #invalid = new Set<string>();
  #cluster: ClusterInformation | undefined;
  #felixChanged = true;
  #labels: Readonly<Record<string, string>> = {};

  constructor(targets: IntakeTargets) {
    this.#targets = targets;
    this.#policies = new PolicyIntake(targets.policy);
  }

  on(change: Change<string, Entry>): void {
    const resource = parseResourcePath(change.key);
    if (resource) {
      if (followed.has(resource.kind)) this.#onResource(resource, change);
      else if (resource.kind === "CalicoNodeStatus") this.#targets.onNodeStatus?.(change);
      return;
    }
    const copy = parseKubernetesPath(change.key);
    if (copy) {
      const decoded = this.#policies.onKubernetes(copy, change.kind === "set" ? change.value.value : undefined);
      this.#judge(change.key, decoded?.ok === false ? decoded.problems : []);
      return;
    }
    const ipam = parseIpamPath(change.key);
    if (ipam?.kind !== "affinity" || ipam.owner !== "host" || ipam.name !== this.#targets.nodeName) return;
    const decoded = change.kind === "set" ? decodeAffinity(change.value.value) : undefined;
    const key = prefixKey(ipam.cidr);
    const confirmed = decoded?.ok && affinityState(decoded.value) === "confirmed" && decoded.value.deleted !== true;
    this.#targets.graph.onBlock(confirmed ? { kind: "set", key, value: ipam.cidr } : { kind: "delete", key });
    if (decoded) this.#judge(change.key, decoded.ok ? [] : decoded.problems);
  }

  /** `datastoreReady` of ClusterInformation; a cluster that does not say so is ready. */
  get isReady(): boolean {
    return this.#cluster?.spec.datastoreReady !== false;
  }

  /** FelixConfigurations that hold for this node, weakest first; and whether they changed since this was last asked. */
  felix(): { readonly resources: readonly FelixConfiguration[]; readonly changed: boolean } {
    const changed = this.#felixChanged;
    this.#felixChanged = false;
    return { resources: felixFor(this.#targets.nodeName, this.#labels, this.#felix), changed };
  }

  /** Policies in the store. */
  get policyCount(): number {
    return this.#policies.size;
  }

  /** Entries that count as absent because they cannot be read. */
  get invalidCount(): number {
    return this.#invalid.size;
  }

  #onResource(key: ResourceKey, change: Change<string, Entry>): void {
    const decoded = change.kind === "set" ? decodeResource(key, change.value.value) : undefined;
    this.#judge(change.key, decoded?.ok === false ? decoded.problems : []);
    this.#dispatch(key, decoded?.ok ? (decoded.value as Resource) : undefined);
  }

  /** This node's labels choose among FelixConfigurations with a nodeSelector. */
  #onOwnNode(labels: Readonly<Record<string, string>>): void {
    const scoped = [...this.#felix.values()].some(({ spec }) => spec.nodeSelector);
    this.#labels = labels;
    if (scoped) this.#felixChanged = true;
    this.#targets.onPools();
  }

  #judge(key: string, problems: readonly Problem[]): void {
    if (problems.length === 0) {
      this.#invalid.delete(key);
      return;
    }
    this.#invalid.add(key);
    this.#targets.tell({ fact: "agent.resource-invalid", key, why: problems.map(problemText).join("; ") });
  }

  #dispatch(key: ResourceKey, value: Resource | undefined): void {
    const { graph, policy } = this.#targets;
    const id = key.namespace === undefined ? key.name : `${key.namespace}/${key.name}`;
    const only = <K extends Kind>(kind: K): Change<string, Extract<Resource, { kind: K }>> =>
      changeOf(id, value?.kind === kind ? (value as Extract<Resource, { kind: K }>) : undefined);
    switch (key.kind) {
      case "Node":
        graph.onNode(only("Node"));
        this.#policies.onPlain(key, key.kind, value);
        if (key.name === this.#targets.nodeName) this.#onOwnNode(value?.metadata.labels ?? {});
        break;
      case "BGPPeer":
        graph.onPeering(only("BGPPeer"));
        break;
      case "BGPFilter":
        graph.onFilter(only("BGPFilter"));
        break;
      case "BGPConfiguration":
        graph.onConfiguration(only("BGPConfiguration"));
        this.#policies.onPlain(key, key.kind, value);
        break;
      case "IPPool":
        graph.onPool(only("IPPool"));
        policy.on({ kind: "IPPool", change: only("IPPool") });
        this.#targets.onPools();
        break;
      case "WorkloadEndpoint":
        graph.onEndpoint(only("WorkloadEndpoint"));
        policy.on({ kind: "WorkloadEndpoint", change: only("WorkloadEndpoint") });
        this.#targets.onEndpoint?.(only("WorkloadEndpoint"));
        break;
      case "FelixConfiguration":
        put(this.#felix, key.name, value?.kind === "FelixConfiguration" ? value : undefined);
        this.#felixChanged = true;
        break;
      case "ClusterInformation":
        if (key.name === "default") this.#cluster = value?.kind === "ClusterInformation" ? value : undefined;
        break;
      case "NetworkPolicy":
      case "GlobalNetworkPolicy":
      case "StagedNetworkPolicy":
      case "StagedGlobalNetworkPolicy":
        this.#policies.onPolicy(key, key.kind, value);
        break;
      case "StagedKubernetesNetworkPolicy":
      case "HostEndpoint":
      case "NetworkSet":
      case "GlobalNetworkSet":
      case "Profile":
      case "Tier":
        this.#policies.onPlain(key, key.kind, value);
        break;
    }
  }
}

function changeOf<V>(key: string, value: V | undefined): Change<string, V> {
  return value === undefined ? { kind: "delete", key } : { kind: "set", key, value };
}

function put<V>(table: Map<string, V>, key: string, value: V | undefined): void {
  if (value === undefined) table.delete(key);
  else table.set(key, value);
}
