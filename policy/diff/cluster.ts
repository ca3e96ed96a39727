import { remove, set } from "../../lib/change.ts";
import type { SetDefinition } from "../compile/set-definition.ts";
import type { NodePolicy } from "../evaluate.ts";
import { PolicyGraph, type PolicyInput } from "../graph/policy-graph.ts";
import type { PolicyOutput } from "../output.ts";
import type { SetId } from "../set.ts";

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

  /** What a set that rules speak of was made from. */
  setDefinition(id: SetId): SetDefinition | undefined {
    return this.#graph.setDefinition(id);
  }

  /** Takes in resources; answers what changed, for a PolicyState to apply. */
  tell(inputs: Iterable<PolicyInput>): PolicyOutput {
    for (const input of inputs) for (const each of moved(input)) this.#graph.on(each);
    return this.#graph.flush();
  }
}

function moved(input: PolicyInput): PolicyInput[] {
  if (input.kind === "HostEndpoint") return movedHost(input.change);
  if (input.kind !== "WorkloadEndpoint" || input.change.kind === "delete") return [input];
  const { key, value } = input.change;
  const spec = { ...value.spec, node: everywhere, interfaceName: interfaceOf(key) };
  return [{ kind: "WorkloadEndpoint", change: set(key, { ...value, spec }) }];
}

/** Each host endpoint on an interface of its own. */
function movedHost(change: Extract<PolicyInput, { kind: "HostEndpoint" }>["change"]): PolicyInput[] {
  const { key } = change;
  const interfaceName = `host ${key}`;
  if (change.kind === "delete") {
    return [
      { kind: "HostEndpoint", change },
      { kind: "HostInterface", change: remove(interfaceName) },
    ];
  }
  const spec = { ...change.value.spec, node: everywhere, interfaceName };
  return [
    { kind: "HostInterface", change: set(interfaceName, []) },
    { kind: "HostEndpoint", change: set(key, { ...change.value, spec }) },
  ];
}
