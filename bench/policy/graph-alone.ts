import { PolicyGraph, type PolicyInput } from "../../policy/graph/policy-graph.ts";
import { type ClusterSize, cluster, NODE, probe, probed, profile, tagged } from "./cluster.ts";
import { median, percentile, print } from "./figure.ts";

/**
 * The policy graph alone: time to take everything in, memory, and the time from one changed resource to the flushed output.
 */
export function graphAlone(size: ClusterSize, rounds: number): void {
  globalThis.gc?.();
  const before = process.memoryUsage();
  const graph = new PolicyGraph(NODE);
  let load = 0;
  for (const text of cluster(size)) {
    const input = JSON.parse(text) as PolicyInput;
    const t = performance.now();
    graph.on(input);
    load += performance.now() - t;
  }
  const start = performance.now();
  const output = graph.flush();
  const flush = performance.now() - start;
  globalThis.gc?.();
  const after = process.memoryUsage();
  const mb = (octets: number) => Math.round(octets / 1e5) / 10;
  print("policy.load_ms", load, { ...size, sets: output.sets.length, chains: output.chains.length });
  print("policy.first_flush_ms", flush, {});
  print("policy.memory_mb", mb(after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers), {
    rss: mb(after.rss),
    gc: globalThis.gc !== undefined,
  });
  const change = (name: string, inputs: readonly PolicyInput[]) => {
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const t = performance.now();
      graph.on(inputs[round % inputs.length]!);
      graph.flush();
      times.push(performance.now() - t);
    }
    print(name, median(times), { endpoints: size.endpoints, p95: percentile(times, 0.95), max: Math.max(...times) });
  };
  change("policy.label_change_ms", [probed("a", "10.64.0.10", { badge: "yes" }), probed("a", "10.64.0.10", {})]);
  change("policy.policy_change_ms", [probe("Deny"), probe("Allow")]);
  change("policy.new_selector_ms", ["g1", "g2", "g3"].map(tagged));
  change("policy.namespace_label_ms", [profile(0, "t1"), profile(0, "t2")]);
}
