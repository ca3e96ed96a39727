import { parseWorkloadEndpointName } from "../../datastore/workload-endpoint-name.ts";

/** What people call an endpoint (`namespace/name` of its WorkloadEndpoint): `namespace/pod` where a pod is in its name. */
export function podName(endpoint: string): string {
  const slash = endpoint.indexOf("/");
  const ids = parseWorkloadEndpointName(endpoint.slice(slash + 1));
  return ids?.orchestrator === "k8s" ? `${endpoint.slice(0, slash)}/${ids.id}` : endpoint;
}

/** Whether an endpoint is the one that a person means: by either of its names. */
export function isEndpoint(endpoint: string | undefined, name: string): boolean {
  return endpoint !== undefined && (endpoint === name || podName(endpoint) === name);
}
