import assert from "node:assert/strict";
import type { Entry } from "../datastore/store.ts";
import type { Change } from "../lib/change.ts";
import { PolicyGraph } from "../policy/graph/policy-graph.ts";
import type { AgentFact } from "./fact.ts";
import { NodeGraph } from "./graph/node-graph.ts";
import { Intake } from "./intake.ts";

const apiVersion = "projectcalico.org/v3";
const resources = "/calico/resources/v3/projectcalico.org/";

function setUp() {
  const facts: AgentFact[] = [];
  let pools = 0;
  const graph = new NodeGraph({ nodeName: "n1", routerId: undefined });
  const policy = new PolicyGraph("n1");
  const intake = new Intake({
    nodeName: "n1",
    graph,
    policy,
    tell: (fact) => facts.push(fact),
    onPools: () => void pools++,
  });
  const put = (key: string, value: object | string): Change<string, Entry> => ({
    kind: "set",
    key,
    value: { key, value: typeof value === "string" ? value : JSON.stringify(value), revision: 1 },
  });
  const feed = (path: string, value: object | string | undefined): void =>
    intake.on(value === undefined ? { kind: "delete", key: path } : put(path, value));
  return { facts, graph, policy, intake, feed, pools: () => pools };
}
const endpoint = (node: string) => ({
  kind: "WorkloadEndpoint",
  apiVersion,
  metadata: { name: "n1-k8s-a-eth0", namespace: "ns" },
  spec: {
    node,
    orchestrator: "k8s",
    pod: "a",
    endpoint: "eth0",
    interfaceName: "cali1",
    ipNetworks: ["10.0.0.1/32"],
    profiles: ["kns.ns"],
  },
});
const policyNamed = (name: string, action: string) => ({
  kind: "NetworkPolicy",
  apiVersion,
  metadata: { name, namespace: "ns" },
  spec: { selector: "all()", types: ["Ingress"], ingress: [{ action }] },
});

describe("entries of the store", () => {
  it("become endpoints, routes and rules of this node", () => {
    const { feed, graph, policy } = setUp();
    graph.onLink({ kind: "set", key: "cali1", value: { name: "cali1", ifindex: 7, up: true } });
    feed(`${resources}workloadendpoints/ns/n1-k8s-a-eth0`, endpoint("n1"));
    feed("/calico/ipam/v2/host/n1/ipv4/block/10.0.0.0-26", { state: "confirmed" });
    assert.deepEqual(
      [...graph.turn().routes].map((c) => c.key),
      ["10.0.0.0/26", "10.0.0.1/32"],
    );
    assert.deepEqual(
      policy.flush().endpoints.map((c) => c.key),
      ["cali1"],
    );
    feed(`${resources}workloadendpoints/ns/n1-k8s-a-eth0`, endpoint("n2"));
    feed("/calico/ipam/v2/host/n1/ipv4/block/10.0.0.0-26", { state: "pendingDeletion" });
    assert.deepEqual(
      graph.turn().routes.map((c) => c.kind),
      ["delete", "delete"],
    );
    assert.deepEqual(
      policy.flush().endpoints.map((c) => c.kind),
      ["delete"],
    );
  });

  it("of other hosts' affinities, other owners and unknown kinds are passed over", () => {
    const { feed, graph, facts } = setUp();
    for (const key of [
      "/calico/ipam/v2/host/n2/ipv4/block/10.0.0.0-26",
      "/calico/ipam/v2/virtual/n1/ipv4/block/10.0.0.0-26",
    ])
      feed(key, { state: "confirmed" });
    feed("/calico/ipam/v2/host/n1", "");
    feed(`${resources}unheardof/x`, "?");
    feed(`${resources}caliconodestatuses/x`, "?");
    assert.equal(graph.turn().routes.length, 0);
    assert.deepEqual(facts, []);
  });

  it("that cannot be read count as absent, say why, and are forgiven when mended", () => {
    const { feed, facts, intake, graph } = setUp();
    feed(`${resources}ippools/p`, {
      kind: "IPPool",
      apiVersion,
      metadata: { name: "p" },
      spec: { cidr: "10.0.0.1/16" },
    });
    feed(`${resources}nodes/n2`, "{");
    assert.equal(intake.invalidCount, 2);
    assert.match(
      JSON.stringify(facts),
      /IPPool\(p\): spec.cidr = '10.0.0.1\/16': host bits are set; 10.0.0.0\/16 would be right/,
    );
    feed(`${resources}ippools/p`, {
      kind: "IPPool",
      apiVersion,
      metadata: { name: "p" },
      spec: { cidr: "10.0.0.0/16" },
    });
    feed(`${resources}nodes/n2`, undefined);
    assert.equal(intake.invalidCount, 0);
    assert.equal(graph.nodes.size, 0);
  });

  it("spelling one policy in two ways make one policy, the newest spelling's, whatever the order", () => {
    const spellings = [
      ["foo", "Allow"],
      ["default.foo", "Deny"],
    ] as const;
    for (const order of [spellings, [...spellings].reverse()]) {
      const { feed, policy, intake } = setUp();
      feed(`${resources}tiers/default`, {
        kind: "Tier",
        apiVersion,
        metadata: { name: "default" },
        spec: { order: 1e6 },
      });
      feed(`${resources}workloadendpoints/ns/n1-k8s-a-eth0`, endpoint("n1"));
      for (const [name, action] of order) feed(`${resources}networkpolicies/ns/${name}`, policyNamed(name, action));
      const chains = policy
        .flush()
        .chains.flatMap((c) =>
          c.kind === "set" && c.value.owner.kind === "NetworkPolicy" ? c.value.rules.map((r) => r.action) : [],
        );
      assert.deepEqual(chains, ["allow"]);
      assert.equal(intake.policyCount, 1);
      feed(`${resources}networkpolicies/ns/foo`, undefined);
      assert.ok(policy.flush().chains.some((c) => c.kind === "set" && c.value.rules[0]?.action === "deny"));
    }
  });

  it("keep what the agent itself needs: readiness, Felix's settings, news of pools", () => {
    const { feed, intake, pools } = setUp();
    assert.equal(intake.isReady, true);
    feed(`${resources}clusterinformations/default`, {
      kind: "ClusterInformation",
      apiVersion,
      metadata: { name: "default" },
      spec: { datastoreReady: false },
    });
    assert.equal(intake.isReady, false);
    assert.deepEqual(intake.felix(), { resources: [], changed: true });
    const felix = (name: string) =>
      feed(`${resources}felixconfigurations/${name}`, {
        kind: "FelixConfiguration",
        apiVersion,
        metadata: { name },
        spec: {},
      });
    felix("node.n1");
    felix("default");
    felix("node.n2");
    const { resources: found, changed } = intake.felix();
    assert.deepEqual(
      [found.map((r) => r.metadata.name), changed, intake.felix().changed],
      [["default", "node.n1"], true, false],
    );
    feed(`${resources}felixconfigurations/gpu`, {
      kind: "FelixConfiguration",
      apiVersion,
      metadata: { name: "gpu" },
      spec: { nodeSelector: "has(gpu)" },
    });
    assert.deepEqual(
      intake.felix().resources.map((r) => r.metadata.name),
      ["default", "node.n1"],
    );
    const labels = { gpu: "a" };
    feed(`${resources}nodes/n1`, { kind: "Node", apiVersion, metadata: { name: "n1", labels }, spec: {} });
    const chosen = intake.felix();
    assert.deepEqual(
      [chosen.changed, chosen.resources.map((r) => r.metadata.name)],
      [true, ["default", "gpu", "node.n1"]],
    );
    feed(`${resources}ippools/p`, undefined);
    feed(`${resources}nodes/n1`, undefined);
    feed(`${resources}nodes/n2`, undefined);
    assert.equal(pools(), 3);
  });

  it("become host endpoints, staged policies and members of services, and none of it when they are gone", () => {
    const { feed, policy, facts, intake } = setUp();
    const host = {
      kind: "HostEndpoint",
      apiVersion,
      metadata: { name: "h" },
      spec: { node: "n1", interfaceName: "eth0" },
    };
    feed(`${resources}hostendpoints/h`, host);
    feed(`${resources}workloadendpoints/ns/n1-k8s-a-eth0`, endpoint("n1"));
    feed(`${resources}tiers/default`, { kind: "Tier", apiVersion, metadata: { name: "default" }, spec: {} });
    const kind = "StagedNetworkPolicy";
    feed(`${resources}stagednetworkpolicies/ns/default.s`, { ...policyNamed("default.s", "Deny"), kind });
    const destination = { services: { name: "db", namespace: "ns" } };
    const spec = { selector: "all()", types: ["Egress"], egress: [{ action: "Allow", destination }] };
    feed(`${resources}networkpolicies/ns/db`, { ...policyNamed("db", "Allow"), spec });
    const slice = (address: string) => ({
      metadata: { name: "db-1", namespace: "ns", labels: { "kubernetes.io/service-name": "db" } },
      addressType: "IPv4",
      endpoints: [{ addresses: [address] }],
      ports: [{ port: 5432, protocol: "TCP" }],
    });
    feed(`${resources}kubernetesendpointslices/ns/db-1`, slice("10.0.0.9"));
    feed(`${resources}kubernetesservice/ns/db`, { metadata: { name: "db" } });
    const { hosts, chains, members } = policy.flush();
    assert.deepEqual(
      hosts.map(({ key }) => key),
      ["eth0"],
    );
    assert.ok(chains.some((change) => change.kind === "set" && change.value.staged && change.value.owner.name === "s"));
    assert.match(JSON.stringify([...members.values()]), /10\.0\.0\.9/);
    assert.equal(intake.policyCount, 1, "staged policies are counted apart");
    feed(`${resources}kubernetesendpointslices/ns/db-1`, "{");
    assert.match(JSON.stringify([...policy.flush().members.values()]), /"removed":\["10\.0\.0\.9/);
    assert.deepEqual(
      facts.map((told) => told.fact),
      ["agent.resource-invalid"],
    );
    feed(`${resources}hostendpoints/h`, undefined);
    assert.deepEqual(
      policy.flush().hosts.map((change) => change.kind),
      ["delete"],
    );
  });
});
