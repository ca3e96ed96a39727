import { apiVersion } from "../datastore/model/resource.ts";
import { seededRandom } from "../lib/random.ts";
import { PolicyGraph, type PolicyInput } from "../policy/graph/policy-graph.ts";

/** How large a cluster to build: a tenth of a node's neighbours' endpoints may be local. */
export interface PolicyBenchSize {
  readonly endpoints: number;
  readonly policies: number;
  readonly local: number;
  readonly rounds: number;
}

const NODE = "node-0";
const NAMESPACES = 200;
const APPS = 500;
const TAGS = 1000;

/**
 * Measures the policy graph alone on the cluster that `agent-bench.py` loads: time to take everything in, memory, and
 * the time from one changed resource to the flushed output. `[endpoints [policies]]`; one JSON line a figure.
 */
export async function run(argv: string[]): Promise<void> {
  const size = { endpoints: Number(argv[0] ?? 100_000), policies: Number(argv[1] ?? 10_000), local: 100, rounds: 200 };
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
    for (let round = 0; round < size.rounds; round++) {
      const t = performance.now();
      graph.on(inputs[round % inputs.length]!);
      graph.flush();
      times.push(performance.now() - t);
    }
    times.sort((x, y) => x - y);
    print(name, times[times.length >> 1]!, {
      p95: round3(times[Math.floor(times.length * 0.95)]!),
      max: round3(times.at(-1)!),
    });
  };
  change("policy.label_change_ms", [probed("a", "10.64.0.10", { badge: "yes" }), probed("a", "10.64.0.10", {})]);
  change("policy.policy_change_ms", [probe("Deny"), probe("Allow")]);
  change("policy.new_selector_ms", ["g1", "g2", "g3"].map(tagged));
  change("policy.namespace_label_ms", [profile(0, "t1"), profile(0, "t2")]);
}

function round3(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function print(name: string, value: number, more: object): void {
  process.stdout.write(`${JSON.stringify({ bench: name, value: round3(value), ...more })}\n`);
}

/** The resources as JSON texts, one after the other, so that the bench holds none of them. */
function* cluster(size: PolicyBenchSize): Generator<string> {
  const random = seededRandom(7);
  const pick = (below: number) => Math.floor(random() * below);
  const text = (input: PolicyInput) => JSON.stringify(input);
  yield text(set("Tier", "default", { order: 1_000_000, defaultAction: "Deny" }));
  for (let i = 0; i < NAMESPACES; i++) yield text(profile(i, `t${i % 20}`));
  for (let i = 1000; i < size.endpoints + 1000; i++) {
    const address = `10.${64 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`;
    const labels = { app: `app${pick(APPS)}`, tag: `g${pick(TAGS)}`, v: String(i % 3) };
    yield text(endpoint(`node-${1 + (i % 999)}`, `pod-${i}`, i % NAMESPACES, address, `cali${i.toString(16)}`, labels));
  }
  for (let j = 0; j < size.local; j++) {
    const labels = { app: `app${j % APPS}`, tag: `g${j % TAGS}` };
    yield text(
      endpoint(NODE, `local-${j}`, j % NAMESPACES, `10.64.1.${j}`, `cali${String(j).padStart(4, "0")}`, labels),
    );
  }
  for (let k = 0; k < size.policies; k++) {
    const source = { selector: `tag == 'g${pick(TAGS)}' && v != '2'` };
    const destination = { ports: [80 + (k % 100), "8000:8100"] };
    const ingress = [{ action: "Allow", protocol: "TCP", source, destination }];
    const spec = { order: 100 + (k % 50), selector: `app == 'app${pick(APPS)}'`, types: ["Ingress"], ingress };
    yield text(set("NetworkPolicy", `pol${k}`, spec, `ns${k % NAMESPACES}`));
  }
  yield text(probed("a", "10.64.0.10", {}));
  yield text(probed("b", "10.64.0.11", {}));
  yield text(probe("Allow"));
  const byLabel = {
    action: "Allow",
    protocol: "UDP",
    source: { selector: "badge == 'yes'" },
    destination: { ports: [9002] },
  };
  yield text(
    set("GlobalNetworkPolicy", "bylabel", {
      order: 2,
      selector: "probe == 'b'",
      types: ["Ingress"],
      ingress: [byLabel],
    }),
  );
}

function endpoint(
  node: string,
  pod: string,
  ns: number,
  address: string,
  interfaceName: string,
  labels: object,
): PolicyInput {
  const name = `${node.replaceAll("-", "--")}-k8s-${pod.replaceAll("-", "--")}-eth0`;
  const namespace = `ns${ns}`;
  const spec = {
    node,
    interfaceName,
    ipNetworks: [`${address}/32`],
    profiles: [`kns.${namespace}`],
    mac: "aa:aa:aa:00:00:01",
  };
  const own = { "projectcalico.org/namespace": namespace, "projectcalico.org/orchestrator": "k8s" };
  return set("WorkloadEndpoint", name, spec, namespace, { ...own, ...labels });
}

function probed(pod: string, address: string, labels: object): PolicyInput {
  return endpoint(NODE, pod, 0, address, `cali${pod.repeat(4)}`, { probe: pod, ...labels });
}

function probe(action: string): PolicyInput {
  const ingress = [{ action, protocol: "UDP", source: { selector: "probe == 'a'" }, destination: { ports: [9001] } }];
  return set("GlobalNetworkPolicy", "probe", { order: 1, selector: "probe == 'b'", types: ["Ingress"], ingress });
}

function tagged(tag: string): PolicyInput {
  const ingress = [{ action: "Allow", source: { selector: `tag == '${tag}'` } }];
  return set("GlobalNetworkPolicy", "tagged", { selector: "probe == 'b'", types: ["Ingress"], ingress });
}

function profile(i: number, team: string): PolicyInput {
  const rules = [{ action: "Allow" }];
  return set("Profile", `kns.ns${i}`, { ingress: rules, egress: rules, labelsToApply: { "pcns.team": team } });
}

function set(kind: PolicyInput["kind"], name: string, spec: object, namespace?: string, labels?: object): PolicyInput {
  const metadata = { name, ...(namespace !== undefined && { namespace }), ...(labels && { labels }) };
  const key = namespace === undefined ? name : `${namespace}/${name}`;
  return { kind, change: { kind: "set", key, value: { kind, apiVersion, metadata, spec } } } as unknown as PolicyInput;
}
