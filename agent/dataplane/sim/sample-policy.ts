import { apiVersion } from "../../../datastore/model/resource.ts";
import type { Rule } from "../../../datastore/model/rule.ts";
import { PolicyGraph, type PolicyInput } from "../../../policy/graph/policy-graph.ts";
import type { PolicyOutput } from "../../../policy/output.ts";

const namespace = "shop";

function set(kind: PolicyInput["kind"], name: string, spec: object, labels?: Record<string, string>): PolicyInput {
  const spaced = kind === "WorkloadEndpoint" || kind === "NetworkPolicy";
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

/** What the graph of the node puts out for it. */
export function sampleOutput(): PolicyOutput {
  const graph = new PolicyGraph("n1");
  for (const input of sampleResources) graph.on(input);
  return graph.flush();
}
