import type { NodePolicy } from "../evaluate.ts";
import { PolicyGraph, type PolicyInput } from "../graph/policy-graph.ts";
import type { PolicyOutput } from "../output.ts";

/** The one node that all workloads of the cluster are taken to be on. */
const everywhere = "*";
/** What the names of workloads' interfaces begin with there. */
const prefix = "workload ";

/** The name under which an endpoint's gates are found: unlike interface names, unique in the cluster. */
export function interfaceOf(endpoint: string): string {
  return `${prefix}${endpoint}`;
}

/** An interface that is nobody's: where packets from and to the outside pass. */
export const outside = "outside";

/** How such a node decides beside its policy: no more than policy says, for that is what is compared. */
export const clusterNode: NodePolicy = {
  interfacePrefixes: [prefix],
  endpointToHost: "Accept",
  sourceSpoofing: "Disabled",
  failsafes: { inbound: [], outbound: [] },
  serviceLoopPrevention: "Disabled",
  workloadEncapsulation: { vxlan: true, ipip: true },
};

/**
 * The workloads of a whole cluster as if one node had them all, so that every endpoint's gates can be asked; what a workload
 * may send and receive does not depend on the node it is on.
 */
export class WholeCluster {
  readonly #graph = new PolicyGraph(everywhere);

  /** Takes in resources; answers what changed, for a PolicyState to apply. */
  tell(inputs: Iterable<PolicyInput>): PolicyOutput {
    for (const input of inputs) this.#graph.on(moved(input));
    return this.#graph.flush();
  }
}

function moved(input: PolicyInput): PolicyInput {
  if (input.kind !== "WorkloadEndpoint" || input.change.kind === "delete") return input;
  const { key, value } = input.change;
  const spec = { ...value.spec, node: everywhere, interfaceName: interfaceOf(key) };
  return { kind: "WorkloadEndpoint", change: { kind: "set", key, value: { ...value, spec } } };
}
