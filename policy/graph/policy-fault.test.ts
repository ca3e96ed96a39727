import assert from "node:assert/strict";
import { gone, ToldWorld, told } from "../sim/told-world.ts";
import { describePolicyFault } from "./policy-fault.ts";

const web = told(
  "WorkloadEndpoint",
  "shop/web",
  { node: "n1", interfaceName: "cali1", ipNetworks: ["10.0.0.1/32"] },
  { app: "web" },
);
const tier = told("Tier", "default", { order: 1 });

function faults(world: ToldWorld): readonly string[] {
  return world.graph.faults.map(describePolicyFault);
}

describe("what cannot be read", () => {
  it("is told of every policy's selectors, and of the rules that this node needs, by field", () => {
    const ingress = [
      { action: "Allow" },
      { action: "Allow", source: { selector: "a =" } },
      { action: "Allow", destination: { serviceAccounts: { selector: "(" } } },
      { action: "Allow", protocol: "TCP", source: { nets: ["10.0.0.0/8", "10.0.0.0/33"] } },
      { action: "Allow", protocol: "nonsense" },
      { action: "Allow", destination: { ports: [80] } },
      { action: "Allow", source: { services: { name: "s" } } },
    ];
    const world = new ToldWorld(
      web,
      tier,
      told("GlobalNetworkPolicy", "far", { selector: "app == 'far'", ingress }),
      told("GlobalNetworkPolicy", "lost", { selector: "app ==", namespaceSelector: ")" }),
      told("GlobalNetworkPolicy", "near", { selector: "app == 'web'", types: ["Ingress"], ingress }),
      told("StagedKubernetesNetworkPolicy", "shop/k", { ingress: [{}, { ports: [{ port: 70000 }] }] }),
    );
    assert.deepEqual(faults(world), [
      'GlobalNetworkPolicy lost: spec.namespaceSelector: at character 1 found ")", expected a label, has(…), all(), global(), ! or (',
      "GlobalNetworkPolicy lost: spec.selector: at character 7 found the end, expected a value in quotes",
      'GlobalNetworkPolicy near: spec.ingress[1].source.selector: at character 3 found "=", expected an operator: ==, !=, in, not in, contains, starts with or ends with',
      "GlobalNetworkPolicy near: spec.ingress[2].destination.serviceAccounts.selector: at character 2 found the end, expected a label, has(…), all(), global(), ! or (",
      "GlobalNetworkPolicy near: spec.ingress[3].source.nets[1]: a CIDR such as 10.0.0.0/8",
      "GlobalNetworkPolicy near: spec.ingress[4].protocol: TCP, UDP, ICMP, ICMPv6, SCTP, UDPLite or 1 to 255",
      "GlobalNetworkPolicy near: spec.ingress[5]: fields that go together: ports and ICMP's types need a protocol that has them",
      "GlobalNetworkPolicy near: spec.ingress[6].source.services: a service with its namespace and nothing beside it",
      "StagedKubernetesNetworkPolicy shop/k: spec.ingress[1].ports[0]: a port 0 to 65535, a name, or a port number with an endPort not below it",
    ]);
    world.tell(
      gone("WorkloadEndpoint", "shop/web"),
      gone("GlobalNetworkPolicy", "lost"),
      gone("StagedKubernetesNetworkPolicy", "shop/k"),
    );
    assert.deepEqual(faults(world), []);
  });
});
