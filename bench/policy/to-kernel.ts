import { execFileSync } from "node:child_process";
import type { Dataplane, DataplaneKind } from "../../agent/dataplane/dataplane.ts";
import { openDataplane } from "../../agent/dataplane/io/open.ts";
import { defaultOptions } from "../../agent/dataplane/options.ts";
import { PolicyGraph, type PolicyInput } from "../../policy/graph/policy-graph.ts";
import { type ClusterSize, cluster, NODE, probe, probed, set } from "./cluster.ts";
import { median, percentile, print } from "./figure.ts";

/**
 * From a changed resource to the kernel's acknowledgement, inside the process: the graph, the lowering and the writing, in a namespace of
 * its own. IPv4 alone, as `agent-bench.py` has it. Needs root.
 */
export async function toKernel(kind: DataplaneKind, size: ClusterSize, rounds: number): Promise<void> {
  const netns = `manx-bench-${process.pid}-${kind.slice(-3)}`;
  execFileSync("ip", ["netns", "add", netns]);
  const tell = (fact: { readonly fact: string }): void => {
    if (/refused|failed/.test(fact.fact)) console.error(fact);
  };
  const dataplane = openDataplane({
    kind,
    options: defaultOptions,
    tell,
    families: ["ipv4"],
    netns: `/run/netns/${netns}`,
  });
  try {
    await measure(dataplane, size, rounds);
  } finally {
    dataplane.close();
    execFileSync("ip", ["netns", "del", netns]);
  }
}

async function measure(dataplane: Dataplane, size: ClusterSize, rounds: number): Promise<void> {
  const { kind } = dataplane;
  const graph = new PolicyGraph(NODE);
  for (const text of cluster(size)) graph.on(JSON.parse(text) as PolicyInput);
  graph.on(everybody);
  dataplane.allowDeletes();
  const began = performance.now();
  dataplane.apply(graph.flush());
  await dataplane.commit();
  const { endpoints, policies } = size;
  print("policy.kernel_start_ms", performance.now() - began, { kind, endpoints, policies, ...dataplane.size });
  const change = async (name: string, inputs: readonly PolicyInput[]) => {
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      // As changes come on a node: one by one, the kernel at rest.
      await new Promise((resolve) => setTimeout(resolve, 20));
      const t = performance.now();
      graph.on(inputs[round % inputs.length]!);
      dataplane.apply(graph.flush());
      await dataplane.commit();
      times.push(performance.now() - t);
    }
    print(name, median(times), { kind, endpoints, p95: percentile(times, 0.95), max: Math.max(...times) });
  };
  await change("policy.kernel_policy_ms", [probe("Deny"), probe("Allow")]);
  await change("policy.kernel_label_ms", [probed("a", "10.64.0.10", { badge: "yes" }), probed("a", "10.64.0.10", {})]);
  await change("policy.kernel_endpoint_ms", [probed("c", "10.64.0.12", {}), gone("c")]);
  await change("policy.kernel_member_of_all_ms", [remote("10.127.0.1"), remote("10.127.0.2")]);
}

/** A policy whose set has every endpoint of the cluster in it. */
const everybody = set("GlobalNetworkPolicy", "everybody", {
  order: 3,
  selector: "probe == 'b'",
  types: ["Ingress"],
  ingress: [
    {
      action: "Allow",
      protocol: "UDP",
      source: { selector: "has(projectcalico.org/namespace)" },
      destination: { ports: [9005] },
    },
  ],
});

function gone(pod: string): PolicyInput {
  return { kind: "WorkloadEndpoint", change: { kind: "delete", key: probed(pod, "10.64.0.12", {}).change.key } };
}

/** An endpoint elsewhere that changes its address: one member out of the set of all, and one into it. */
function remote(address: string): PolicyInput {
  const spec = { node: "node-9", interfaceName: "cali9", ipNetworks: [`${address}/32`], profiles: ["kns.ns0"] };
  return set("WorkloadEndpoint", "node--9-k8s-moving-eth0", spec, "ns0", { "projectcalico.org/namespace": "ns0" });
}
