import type { WorkloadEndpointSpec } from "./model/workload-endpoint.ts";

/** What the name of a WorkloadEndpoint is made of. `id` is the pod, the container, or the workload. */
export interface WorkloadEndpointIds {
  readonly node: string;
  readonly orchestrator: string;
  readonly id: string;
  readonly endpoint: string;
}

type NamingSpec = Pick<WorkloadEndpointSpec, "node" | "orchestrator" | "pod" | "containerID" | "workload" | "endpoint">;

/** The parts that name an endpoint, taken from its spec; a part that is missing is empty. */
export function idsOf(spec: NamingSpec): WorkloadEndpointIds {
  const { node = "", orchestrator = "", endpoint = "" } = spec;
  const known: Readonly<Record<string, string | undefined>> = {
    k8s: spec.pod,
    cni: spec.containerID,
    libnetwork: "libnetwork",
  };
  const id = (orchestrator in known ? known[orchestrator] : spec.workload) ?? "";
  return { node, orchestrator, id, endpoint };
}

/** What keeps a part from being a segment of a name: empty, or a dash at either end. */
export function segmentFault(part: string): string | undefined {
  if (part === "") return "is missing";
  return part.startsWith("-") || part.endsWith("-") ? "may not start or end with '-'" : undefined;
}

function joined(parts: readonly string[]): string {
  return parts.map((part) => part.replaceAll("-", "--")).join("-");
}

/**
 * The name of an endpoint: node, orchestrator, id and endpoint joined by `-`, dashes inside doubled; undefined when a part
 * is missing or has a dash at an end. Source: Calico libcalico-go/lib/names/workloadendpoint.go.
 */
export function workloadEndpointName(ids: WorkloadEndpointIds): string | undefined {
  const parts = [ids.node, ids.orchestrator, ids.id, ids.endpoint];
  return parts.some(segmentFault) ? undefined : joined(parts);
}

/** What the names of all endpoints of one id begin with; hits must be checked again with `parseWorkloadEndpointName`. */
export function workloadEndpointNamePrefix(ids: Omit<WorkloadEndpointIds, "endpoint">): string {
  return `${joined([ids.node, ids.orchestrator, ids.id])}-`;
}

/** The segments of a name: a single dash parts them, a double one is a dash. */
function segments(name: string): readonly string[] {
  const parts: string[] = [];
  let part = "";
  for (let i = 0; i < name.length; i++) {
    if (name[i] !== "-") part += name[i];
    else if (name[i + 1] === "-") {
      part += "-";
      i++;
    } else {
      parts.push(part);
      part = "";
    }
  }
  return [...parts, part];
}

/** The parts of an endpoint's name, or undefined when it is not one of four proper segments. */
export function parseWorkloadEndpointName(name: string): WorkloadEndpointIds | undefined {
  const parts = segments(name);
  if (parts.length !== 4 || parts.some(segmentFault)) return undefined;
  const [node, orchestrator, id, endpoint] = parts as [string, string, string, string];
  return { node, orchestrator, id, endpoint };
}
