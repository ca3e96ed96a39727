import { apiVersion } from "../../../datastore/model/resource.ts";
import { parseAddress } from "../../../net/address-text.ts";
import { PolicyGraph, type PolicyInput } from "../../../policy/graph/policy-graph.ts";
import type { PolicyOutput } from "../../../policy/output.ts";

function resource(kind: PolicyInput["kind"], name: string, spec: object, namespace?: string): PolicyInput {
  const labels = { role: kind === "HostEndpoint" ? "node" : "web" };
  const metadata = { name, ...(namespace !== undefined && { namespace }), labels };
  const key = namespace === undefined ? name : `${namespace}/${name}`;
  return { kind, change: { kind: "set", key, value: { kind, apiVersion, metadata, spec } } } as PolicyInput;
}

const onHosts = { selector: "role == 'node'", applyOnForward: true };
const tcp = (port: number) => ({ protocol: "TCP", destination: { ports: [port] } });

/**
 * A node whose own interfaces are policed too: `eth0` by name, all others by `*`, at every stage; and a workload with limits, a
 * floating address and a staged policy.
 */
export const hostSampleResources: readonly PolicyInput[] = [
  resource("Tier", "default", { order: 1_000_000, defaultAction: "Deny" }),
  resource("IPPool", "pods", { cidr: "10.244.0.0/16", natOutgoing: true }),
  resource("BGPConfiguration", "default", { serviceClusterIPs: [{ cidr: "10.96.0.0/12" }, { cidr: "fd00:96::/108" }] }),
  resource("Profile", "kns.shop", { ingress: [{ action: "Allow" }], egress: [{ action: "Allow" }] }),
  {
    kind: "HostInterface",
    change: { kind: "set", key: "eth0", value: ["192.0.2.1", "2001:db8::1"].map((text) => parseAddress(text)!) },
  },
  resource("HostEndpoint", "n1-eth0", { node: "n1", interfaceName: "eth0", expectedIPs: ["192.0.2.1", "2001:db8::1"] }),
  resource("HostEndpoint", "n1-others", { node: "n1", interfaceName: "*", profiles: ["kns.shop"] }),
  resource(
    "WorkloadEndpoint",
    "web",
    {
      node: "n1",
      interfaceName: "cali1web",
      ipNetworks: ["10.244.0.1/32", "fd00:10:244::1/128"],
      profiles: ["kns.shop"],
      qosControls: { ingressPacketRate: 1000, ingressPacketBurst: 20, egressPacketRate: 500, egressMaxConnections: 10 },
      ipNATs: [{ internalIP: "10.244.0.1", externalIP: "203.0.113.80" }],
    },
    "shop",
  ),
  resource("GlobalNetworkPolicy", "default.nodes", {
    ...onHosts,
    applyOnForward: false,
    types: ["Ingress", "Egress"],
    ingress: [{ action: "Allow", ...tcp(10250) }],
    egress: [{ action: "Allow", ...tcp(443) }],
  }),
  resource("GlobalNetworkPolicy", "default.through", {
    ...onHosts,
    types: ["Ingress"],
    ingress: [{ action: "Allow", source: { nets: ["192.0.2.0/24", "198.51.100.0/24"] } }],
  }),
  resource("GlobalNetworkPolicy", "default.dns", {
    ...onHosts,
    doNotTrack: true,
    types: ["Ingress", "Egress"],
    ingress: [{ action: "Allow", protocol: "UDP", destination: { ports: [53] } }],
    egress: [{ action: "Allow", protocol: "UDP", source: { ports: [53] } }],
  }),
  resource("GlobalNetworkPolicy", "default.node-ports", {
    ...onHosts,
    preDNAT: true,
    ingress: [{ action: "Deny", protocol: "TCP", destination: { ports: ["30000:32767"] } }],
  }),
  resource(
    "StagedNetworkPolicy",
    "web",
    { selector: "role == 'web'", types: ["Ingress"], ingress: [{ action: "Allow", ...tcp(80) }, { action: "Deny" }] },
    "shop",
  ),
];

/** What the graph of the node puts out for it. */
export function hostSampleOutput(): PolicyOutput {
  const graph = new PolicyGraph("n1");
  for (const input of hostSampleResources) graph.on(input);
  return graph.flush();
}
