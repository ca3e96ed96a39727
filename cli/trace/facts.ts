import { decodeAffinity } from "../../datastore/ipam-decode.ts";
import { hostsPrefix, parseIpamPath } from "../../datastore/ipam-key.ts";
import { decodeKubernetes } from "../../datastore/kubernetes-decode.ts";
import { kubernetesPrefix, parseKubernetesPath } from "../../datastore/kubernetes-key.ts";
import { affinityState } from "../../datastore/model/block-affinity.ts";
import type { Kind } from "../../datastore/model/resource.ts";
import type { Resource } from "../../datastore/model/schemas.ts";
import { canonicalPolicyName, isPolicyKind } from "../../datastore/policy-name.ts";
import { problemText } from "../../datastore/problem.ts";
import { set } from "../../lib/change.ts";
import type { PolicyInput } from "../../policy/graph/policy-graph.ts";
import type { ClusterFacts } from "../../policy/trace/world.ts";
import type { Session } from "../session.ts";
import type { Shell } from "../shell.ts";

/** Kinds of resources that policy is made of, or that say where packets go. */
const kinds = [
  "Tier",
  "Profile",
  "Node",
  "IPPool",
  "BGPConfiguration",
  "NetworkSet",
  "GlobalNetworkSet",
  "HostEndpoint",
  "WorkloadEndpoint",
  "NetworkPolicy",
  "GlobalNetworkPolicy",
  "StagedNetworkPolicy",
  "StagedGlobalNetworkPolicy",
  "StagedKubernetesNetworkPolicy",
] as const satisfies readonly Kind[];

/** The key by which policy knows a resource: `namespace/name`, or the name. */
export function policyInputKey({ kind, metadata }: Resource): string {
  const name = isPolicyKind(kind) ? canonicalPolicyName(metadata.name) : metadata.name;
  return metadata.namespace === undefined ? name : `${metadata.namespace}/${name}`;
}

/** A resource as something that policy is told; undefined when it is no concern of policy. */
export function asPolicyInput(resource: Resource): PolicyInput | undefined {
  const kind = kinds.find((each) => each === resource.kind);
  return kind && ({ kind, change: set(policyInputKey(resource), resource) } as PolicyInput);
}

/** Everything in the datastore that matters to packets; what cannot be read is complained of and left out, as agents do. */
export async function clusterFacts(shell: Shell, { store, client }: Session): Promise<ClusterFacts> {
  const inputs: PolicyInput[] = [];
  for (const kind of kinds) {
    const { resources, problems } = await client.list(kind);
    for (const resource of resources) {
      const input = asPolicyInput(resource as Resource);
      if (input) inputs.push(input);
    }
    for (const problem of problems) shell.complain(`left out: ${problemText(problem)}\n`);
  }
  const slices = await store.list(kubernetesPrefix("KubernetesEndpointSlice"));
  for (const entry of slices.entries) {
    const key = parseKubernetesPath(entry.key);
    if (key?.kind !== "KubernetesEndpointSlice") continue;
    const decoded = decodeKubernetes({ ...key, kind: "KubernetesEndpointSlice" }, entry.value);
    if (decoded.ok) inputs.push({ kind: key.kind, change: set(`${key.namespace}/${key.name}`, decoded.value) });
  }
  const felix = (await client.list("FelixConfiguration")).resources;
  const affinities = (await store.list(hostsPrefix)).entries;
  const blocks = affinities.flatMap(({ key, value }) => {
    const path = parseIpamPath(key);
    if (path?.kind !== "affinity" || path.owner !== "host") return [];
    const decoded = decodeAffinity(value);
    return decoded.ok && affinityState(decoded.value) === "confirmed" ? [{ cidr: path.cidr, node: path.name }] : [];
  });
  return { inputs, felix, blocks };
}
