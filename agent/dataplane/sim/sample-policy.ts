import { apiVersion } from "../../../datastore/model/resource.ts";
import type { Rule } from "../../../datastore/model/rule.ts";
import { parseAddress } from "../../../net/address-text.ts";
import { PolicyGraph, type PolicyInput } from "../../../policy/graph/policy-graph.ts";
import type { PolicyOutput } from "../../../policy/output.ts";

const namespace = "shop";

function set(kind: PolicyInput["kind"], name: string, spec: object, labels?: Record<string, string>): PolicyInput {
  const spaced = ["WorkloadEndpoint", "NetworkPolicy", "StagedNetworkPolicy"].includes(kind);
  const metadata = { name, ...(spaced && { namespace }), ...(labels && { labels }) };
  const key = spaced ? `${namespace}/${name}` : name;
  return { kind, change: { kind: "set", key, value: { kind, apiVersion, metadata, spec } } } as PolicyInput;
}

function endpoint(name: string, interfaceName: string, addresses: readonly string[], role: string): PolicyInput {
  const ports = role === "db" ? [{ name: "sql", protocol: "TCP", port: 5432 }] : [];
  const spec = { node: "n1", interfaceName, ipNetworks: addresses, profiles: ["kns.shop"], ports };
  return set("WorkloadEndpoint", name, spec, { role });
}

const dbRules: readonly Rule[] = [
  { action: "Allow", protocol: "TCP", source: { selector: "role == 'web'" }, destination: { ports: ["sql"] } },
  { action: "Deny", protocol: "TCP", destination: { ports: [22, "8000:8100"] } },
  { action: "Log", protocol: "UDP" },
  { action: "Pass", source: { nets: ["10.0.0.0/8", "192.168.0.0/16"], notNets: ["10.9.0.0/16"] } },
];

const watchRules: readonly Rule[] = [
  { action: "Allow", protocol: "ICMP", icmp: { type: 8 } },
  { action: "Allow", ipVersion: 6, protocol: "ICMPv6" },
  { action: "Pass" },
];

/** A small node as a person would set it up: a web server, a database, a tier of the cluster's above the shop's own. */
export const sampleResources: readonly PolicyInput[] = [
  set("Tier", "cluster", { order: 100, defaultAction: "Pass" }),
  set("Tier", "default", { order: 1_000_000, defaultAction: "Deny" }),
  set("IPPool", "pods", { cidr: "10.244.0.0/16", natOutgoing: true }),
  set("IPPool", "pods6", { cidr: "fd00:10:244::/48" }),
  set("GlobalNetworkSet", "bastions", { nets: ["10.99.0.0/24", "203.0.113.7"] }, { role: "bastion" }),
  set("Profile", "kns.shop", { egress: [{ action: "Allow" }], labelsToApply: { "pcns.team": "sales" } }),
  endpoint("web", "cali1web", ["10.244.0.1/32", "fd00:10:244::1/128"], "web"),
  endpoint("db", "cali2db", ["10.244.0.2/32"], "db"),
  set("NetworkPolicy", "db", { selector: "role == 'db'", types: ["Ingress"], ingress: dbRules }),
  set("NetworkPolicy", "ssh", {
    order: 10,
    selector: "role == 'db'",
    types: ["Ingress"],
    ingress: [
      {
        action: "Allow",
        protocol: "TCP",
        source: { namespaceSelector: "global()", selector: "role == 'bastion'" },
        destination: { ports: [22] },
      },
    ],
  }),
  set("GlobalNetworkPolicy", "cluster.watch", {
    tier: "cluster",
    selector: "all()",
    types: ["Ingress", "Egress"],
    ingress: watchRules,
    egress: [{ action: "Deny", destination: { nets: ["169.254.169.254/32"] } }],
  }),
];

const hostRules: readonly Rule[] = [
  { action: "Deny", source: { nets: ["198.51.100.0/24"] } },
  { action: "Allow", protocol: "TCP", destination: { ports: [443, 10250] } },
];

/** The same node with all that a node can have: host endpoints asked at every stage, staged policies, limits, floating addresses, services. */
export const fullSampleResources: readonly PolicyInput[] = [
  ...sampleResources,
  set("BGPConfiguration", "default", { serviceClusterIPs: [{ cidr: "10.96.0.0/12" }] }),
  set("Node", "n2", { bgp: { ipv4Address: "192.0.2.2/24" } }),
  { kind: "HostInterface", change: { kind: "set", key: "eth0", value: [parseAddress("192.0.2.1")!] } },
  set("HostEndpoint", "n1-eth0", { node: "n1", interfaceName: "eth0" }, { role: "node" }),
  set("HostEndpoint", "n1-all", { node: "n1", interfaceName: "*", profiles: ["projectcalico-default-allow"] }),
  host("base", { order: 100, ingress: hostRules, egress: [{ action: "Allow" }], types: ["Ingress", "Egress"] }),
  host("transit", { applyOnForward: true, ingress: [{ action: "Allow" }], types: ["Ingress"] }),
  host("flood", {
    applyOnForward: true,
    doNotTrack: true,
    ingress: [{ action: "Deny", source: { nets: ["203.0.113.0/24"] } }],
  }),
  host("dns", {
    applyOnForward: true,
    doNotTrack: true,
    ingress: [{ action: "Allow", protocol: "UDP", destination: { ports: [53] } }],
    egress: [{ action: "Allow", protocol: "UDP", source: { ports: [53] } }],
    types: ["Ingress", "Egress"],
  }),
  host("ports", {
    applyOnForward: true,
    preDNAT: true,
    ingress: [{ action: "Deny", protocol: "TCP", destination: { ports: ["30000:32767"] } }],
  }),
  set("StagedNetworkPolicy", "tighter", {
    selector: "role == 'db'",
    types: ["Ingress"],
    ingress: [{ action: "Deny" }],
  }),
  set(
    "WorkloadEndpoint",
    "web",
    {
      node: "n1",
      interfaceName: "cali1web",
      ipNetworks: ["10.244.0.1/32", "fd00:10:244::1/128"],
      profiles: ["kns.shop"],
      ipNATs: [{ internalIP: "10.244.0.1", externalIP: "192.0.2.80" }],
      qosControls: { ingressPacketRate: 5000, ingressPacketBurst: 100, egressMaxConnections: 200 },
    },
    { role: "web" },
  ),
];

/** A policy about the node's own interface. */
function host(name: string, spec: object): PolicyInput {
  return set("GlobalNetworkPolicy", `host.${name}`, { selector: "role == 'node'", ...spec });
}

/** What the graph of the node puts out for them. */
export function sampleOutput(resources: readonly PolicyInput[] = sampleResources): PolicyOutput {
  const graph = new PolicyGraph("n1");
  for (const input of resources) graph.on(input);
  return graph.flush();
}
