import type { Put } from "../../datastore/store.ts";

const base = "/calico/resources/v3/projectcalico.org/workloadendpoints";
const [nodes, namespaces] = [1000, 200];

/** Endpoint `i` of a cluster as Calico's CNI plugin writes it, about 600 octets. */
export function endpointPut(i: number): Put {
  const [node, pod, namespace] = [`node-${i % nodes}`, `pod-${i}`, `ns${i % namespaces}`];
  const name = `${node.replace("-", "--")}-k8s-${pod.replace("-", "--")}-eth0`;
  const [projectcalico, app] = ["projectcalico.org", `app${i % 500}`];
  const labels = { [`${projectcalico}/namespace`]: namespace, [`${projectcalico}/orchestrator`]: "k8s", app };
  const uid = `00000000-0000-4000-8000-${i.toString(16).padStart(12, "0")}`;
  const metadata = { name, namespace, labels, uid, creationTimestamp: "2026-11-21T01:00:00Z" };
  const address = `10.${64 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}/32`;
  const what = { orchestrator: "k8s", node, containerID: pod, pod, endpoint: "eth0" };
  const where = { ipNetworks: [address], interfaceName: `cali${i.toString(16)}`, mac: "aa:aa:aa:00:00:01" };
  const spec = { ...what, ...where, profiles: [`kns.${namespace}`] };
  const value = { kind: "WorkloadEndpoint", apiVersion: `${projectcalico}/v3`, metadata, spec };
  return { key: `${base}/${namespace}/${name}`, value: JSON.stringify(value) };
}

/** IPAM block `i`, a /26 with ten addresses in use, as Calico writes it: about 1,900 octets. */
export function blockPut(i: number): Put {
  const first = i * 64;
  const network = `10.${64 + (first >> 16)}.${(first >> 8) & 255}.${first & 255}`;
  const used = 10;
  const node = `node-${i % nodes}`;
  const attributes = Array.from({ length: used }, (_, ordinal) => ({
    handle_id: `k8s-pod-network.${(first + ordinal).toString(16).padStart(64, "0")}`,
    secondary: { node, timestamp: "2026-11-21 01:10:11.465929923 +0000 UTC" },
  }));
  // Numbers beyond 2^53 go as text: JSON.stringify has no word for them.
  const rest = [
    `"cidr":"${network}/26","affinity":"host:${node}"`,
    `"allocations":${JSON.stringify(Array.from({ length: 64 }, (_, n) => (n < used ? n : null)))}`,
    `"unallocated":${JSON.stringify(Array.from({ length: 64 - used }, (_, n) => n + used))}`,
    `"attributes":${JSON.stringify(attributes)}`,
    `"sequenceNumber":1795223411475514664,"deleted":false`,
    `"sequenceNumberForAllocation":{${attributes.map((_, n) => `"${n}":179522341147551466${n % 10}`).join()}}`,
  ];
  return { key: `/calico/ipam/v2/assignment/ipv4/block/${network}-26`, value: `{${rest.join()}}` };
}
