import { ResourceAbsent } from "../../datastore/error.ts";
import type { WorkloadEndpoint } from "../../datastore/model/workload-endpoint.ts";
import type { ResourceClient } from "../../datastore/resource-client.ts";
import { workloadEndpointName } from "../../datastore/workload-endpoint-name.ts";
import { formatPrefix, parsePrefix } from "../../net/prefix.ts";
import { BadWorkloadRequest } from "./attach.ts";
import type { Endpoints, WorkloadRecord } from "./ports.ts";

/** The orchestrator by which Calico names pods; what `manxctl workload` attaches counts as one. */
const orchestrator = "k8s";

function nameOf(node: string, pod: string, endpoint: string): string {
  const name = workloadEndpointName({ node, orchestrator, id: pod, endpoint });
  const why = `name = '${pod}', ifname = '${endpoint}': names that neither begin nor end with '-' would be right`;
  if (name === undefined) throw new BadWorkloadRequest("agent/bad-workload", why, { field: "name" });
  return name;
}

function recordOf({ metadata, spec }: WorkloadEndpoint): WorkloadRecord {
  const addresses = (spec.ipNetworks ?? []).flatMap((text) => parsePrefix(text) ?? []);
  return {
    namespace: metadata.namespace,
    pod: spec.pod ?? "",
    containerId: spec.containerID ?? "",
    endpoint: spec.endpoint ?? "",
    interfaceName: spec.interfaceName ?? "",
    mac: spec.mac ?? "",
    addresses,
    labels: metadata.labels ?? {},
  };
}

function resourceOf(node: string, record: WorkloadRecord): WorkloadEndpoint {
  const { namespace, pod, containerId, endpoint, interfaceName, mac, addresses, labels } = record;
  const own = { "projectcalico.org/namespace": namespace, "projectcalico.org/orchestrator": orchestrator };
  return {
    kind: "WorkloadEndpoint",
    apiVersion: "projectcalico.org/v3",
    metadata: { name: nameOf(node, pod, endpoint), namespace, labels: { ...labels, ...own } },
    spec: {
      orchestrator,
      node,
      containerID: containerId,
      pod,
      endpoint,
      ipNetworks: addresses.map(formatPrefix),
      profiles: [`kns.${namespace}`],
      interfaceName,
      mac,
    },
  };
}

/** WorkloadEndpoints of one node's pods, as Calico's CNI plugin writes them. */
export function workloadEndpoints(client: Pick<ResourceClient, "get" | "apply" | "delete">, node: string): Endpoints {
  const find = async (namespace: string, pod: string, endpoint: string): Promise<WorkloadRecord | undefined> => {
    try {
      return recordOf(await client.get({ kind: "WorkloadEndpoint", namespace, name: nameOf(node, pod, endpoint) }));
    } catch (error) {
      if (error instanceof ResourceAbsent) return undefined;
      throw error;
    }
  };
  return {
    find,
    async write(record) {
      const { resource } = await client.apply(resourceOf(node, record));
      return `${resource.metadata.namespace}/${resource.metadata.name}`;
    },
    async remove(record) {
      const { namespace, pod, endpoint, containerId } = record;
      const there = await find(namespace, pod, endpoint);
      if (!there || there.containerId !== containerId) return;
      try {
        await client.delete({ kind: "WorkloadEndpoint", namespace, name: nameOf(node, pod, endpoint) });
      } catch (error) {
        if (!(error instanceof ResourceAbsent)) throw error;
      }
    },
  };
}
