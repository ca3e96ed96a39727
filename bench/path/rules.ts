import { apiVersion } from "../../datastore/model/resource.ts";
import { PolicyGraph, type PolicyInput } from "../../policy/graph/policy-graph.ts";
import type { PolicyOutput } from "../../policy/output.ts";
import { podAddresses, podInterfaces } from "./nodes.ts";

const NODE = "node";
const rulesEach = 10;

/**
 * A node with so many rules, ten to a policy, spread over endpoints of its own; of them fifty on the called pod, the last of which
 * allows the call. None of the others matches it.
 */
export function manyRules(rules: number): PolicyOutput {
  const graph = new PolicyGraph(NODE);
  graph.on(resource("Tier", "default", { order: 1_000_000, defaultAction: "Deny" }));
  graph.on(resource("Profile", "kns.shop", { ingress: [{ action: "Allow" }], egress: [{ action: "Allow" }] } as const));
  for (const at of [0, 1] as const) graph.on(endpoint(podInterfaces[at], podAddresses[at], at === 1 ? "called" : "x"));
  const others = rules / rulesEach - 5;
  for (let n = 0; n < 200; n++) graph.on(endpoint(`calix${n}`, `10.66.${n >> 8}.${n & 255}`, `other${n}`));
  for (let n = 0; n < others; n++) graph.on(policy(`other-${n}`, `role == 'other${n % 200}'`, n));
  for (let n = 0; n < 5; n++) graph.on(policy(`called-${n}`, "role == 'called'", others + n, n === 4));
  return graph.flush();
}

function policy(name: string, selector: string, salt: number, allows = false): PolicyInput {
  const ingress = Array.from({ length: rulesEach }, (_, at) =>
    allows && at === rulesEach - 1
      ? { action: "Allow", protocol: "TCP" }
      : {
          action: "Allow",
          protocol: "TCP",
          source: { nets: [`172.${16 + (salt >> 8)}.${salt & 255}.${at * 16}/28`] },
          destination: { ports: [1000 + at] },
        },
  );
  return resource("NetworkPolicy", name, { order: salt, selector, types: ["Ingress"], ingress }, "shop");
}

function endpoint(interfaceName: string, address: string, role: string): PolicyInput {
  const spec = { node: NODE, interfaceName, ipNetworks: [`${address}/32`], profiles: ["kns.shop"] };
  return resource("WorkloadEndpoint", interfaceName, spec, "shop", { role });
}

function resource(kind: string, name: string, spec: object, namespace?: string, labels?: object): PolicyInput {
  const metadata = { name, ...(namespace && { namespace }), ...(labels && { labels }) };
  const key = namespace ? `${namespace}/${name}` : name;
  return { kind, change: { kind: "set", key, value: { kind, apiVersion, metadata, spec } } } as unknown as PolicyInput;
}
