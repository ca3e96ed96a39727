import type { WorkloadEndpoint } from "../../datastore/model/workload-endpoint.ts";
import { idsOf } from "../../datastore/workload-endpoint-name.ts";
import { type Prefix, parsePrefix } from "../../net/prefix.ts";
import type { LocalEndpoint } from "./planned.ts";

/** What routes and settings of a workload's interface need of its endpoint, or undefined when it names no interface. */
export function localEndpoint(endpoint: WorkloadEndpoint): LocalEndpoint | undefined {
  const { metadata, spec } = endpoint;
  if (!spec.interfaceName) return undefined;
  const addresses: Prefix[] = [];
  for (const text of spec.ipNetworks ?? []) {
    const prefix = parsePrefix(text);
    if (prefix) addresses.push(prefix);
  }
  return {
    key: `${metadata.namespace}/${metadata.name}`,
    name: metadata.name,
    namespace: metadata.namespace,
    interfaceName: spec.interfaceName,
    addresses,
    mac: spec.mac || undefined,
    labels: metadata.labels ?? {},
    spoofs: (spec.allowSpoofedSourcePrefixes ?? []).length > 0,
    identity: identityOf(metadata.namespace, spec),
  };
}

/** Source: Calico libcalico-go/lib/backend/syncersv1/updateprocessors/workloadendpointprocessor.go. */
function identityOf(namespace: string, spec: WorkloadEndpoint["spec"]): LocalEndpoint["identity"] {
  const { orchestrator, id, endpoint } = idsOf(spec);
  return { orchestrator, workload: `${namespace}/${id}`, endpoint };
}
