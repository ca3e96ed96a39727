import type { Decoded } from "../datastore/decode.ts";
import { decodeKubernetes } from "../datastore/kubernetes-decode.ts";
import type { KubernetesKey } from "../datastore/kubernetes-key.ts";
import type { Kind } from "../datastore/model/resource.ts";
import type { Resource } from "../datastore/model/schemas.ts";
import { canonicalPolicyName } from "../datastore/policy-name.ts";
import { PolicySpellings } from "../datastore/policy-spellings.ts";
import type { ResourceKey } from "../datastore/resource-key.ts";
import { asCalled } from "../datastore/stored-form.ts";
import { type Change, remove, set } from "../lib/change.ts";
import type { PolicyGraph, PolicyInput } from "../policy/graph/policy-graph.ts";

const enforced = ["NetworkPolicy", "GlobalNetworkPolicy"] as const satisfies readonly Kind[];
const staged = ["StagedNetworkPolicy", "StagedGlobalNetworkPolicy"] as const satisfies readonly Kind[];

/** Kinds of policies of which one may be stored under two spellings of its name. */
type SpelledKind = (typeof enforced)[number] | (typeof staged)[number];

/** Kinds that policy takes as they are. */
type PlainKind = Extract<
  PolicyInput["kind"],
  | "Node"
  | "BGPConfiguration"
  | "HostEndpoint"
  | "NetworkSet"
  | "GlobalNetworkSet"
  | "Profile"
  | "Tier"
  | "StagedKubernetesNetworkPolicy"
>;

/** Where policies and what they refer to enter the policy graph: two spellings of one name are one policy. */
export class PolicyIntake {
  readonly #graph: PolicyGraph;
  readonly #enforced = new PolicySpellings<Resource>();
  readonly #staged = new PolicySpellings<Resource>();

  constructor(graph: PolicyGraph) {
    this.#graph = graph;
  }

  /** Policies in the store, without those that are only staged. */
  get size(): number {
    return this.#enforced.size;
  }

  /** A policy, called as people call it. */
  onPolicy(key: ResourceKey, kind: SpelledKind, value: Resource | undefined): void {
    const isStaged = kind === "StagedNetworkPolicy" || kind === "StagedGlobalNetworkPolicy";
    const change = (isStaged ? this.#staged : this.#enforced).on(key, value);
    if (!change) return;
    const id = idOf({ ...key, name: canonicalPolicyName(key.name) });
    const named = change.kind === "set" ? set(id, asCalled(change.value)) : remove(id);
    this.#graph.on({ kind, change: named } as PolicyInput);
  }

  /** Anything else of a kind that the policy graph takes as it is. */
  onPlain(key: ResourceKey, kind: PlainKind, value: Resource | undefined): void {
    const change: Change<string, unknown> = value === undefined ? remove(idOf(key)) : set(idOf(key), value);
    this.#graph.on({ kind, change } as PolicyInput);
  }

  /** A copy of one of Kubernetes' objects, as stored; undefined: gone. Answers what is wrong with it; then it counts as gone. */
  onKubernetes(key: KubernetesKey, text: string | undefined): Decoded<unknown> | undefined {
    // Policy knows services by their slices; the Service itself adds nothing to that.
    if (key.kind !== "KubernetesEndpointSlice") return undefined;
    const id = `${key.namespace}/${key.name}`;
    const decoded =
      text === undefined ? undefined : decodeKubernetes({ ...key, kind: "KubernetesEndpointSlice" }, text);
    this.#graph.on({ kind: key.kind, change: decoded?.ok ? set(id, decoded.value) : remove(id) });
    return decoded;
  }
}

function idOf({ namespace, name }: ResourceKey): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
