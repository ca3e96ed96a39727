import { apiVersion } from "../../datastore/model/resource.ts";
import { seededRandom } from "../../lib/random.ts";
import type { PolicyInput } from "../../policy/graph/policy-graph.ts";

/** How large a cluster to build. */
export interface ClusterSize {
  readonly endpoints: number;
  readonly policies: number;
  /** Endpoints of the node itself. */
  readonly local: number;
}

/** The node whose policy is worked out. */
export const NODE = "node-0";
const NAMESPACES = 200;
const APPS = 500;
const TAGS = 1000;

/** The cluster that `agent-bench.py` loads as JSON texts, one after the other, so that the bench holds none of them. */
export function* cluster(size: ClusterSize): Generator<string> {
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

/** A pod of the node with an interface of its own. */
export function probed(pod: string, address: string, labels: object): PolicyInput {
  return endpoint(NODE, pod, 0, address, `cali${pod.repeat(4)}`, { probe: pod, ...labels });
}

/** The policy that says who may call pod b. */
export function probe(action: string): PolicyInput {
  const ingress = [{ action, protocol: "UDP", source: { selector: "probe == 'a'" }, destination: { ports: [9001] } }];
  return set("GlobalNetworkPolicy", "probe", { order: 1, selector: "probe == 'b'", types: ["Ingress"], ingress });
}

/** A policy of pod b about another tag each time. */
export function tagged(tag: string): PolicyInput {
  const ingress = [{ action: "Allow", source: { selector: `tag == '${tag}'` } }];
  return set("GlobalNetworkPolicy", "tagged", { selector: "probe == 'b'", types: ["Ingress"], ingress });
}

/** A namespace's profile with a label. */
export function profile(i: number, team: string): PolicyInput {
  const rules = [{ action: "Allow" }];
  return set("Profile", `kns.ns${i}`, { ingress: rules, egress: rules, labelsToApply: { "pcns.team": team } });
}

/** A resource as it is told to the graph. */
export function set(
  kind: PolicyInput["kind"],
  name: string,
  spec: object,
  namespace?: string,
  labels?: object,
): PolicyInput {
  const metadata = { name, ...(namespace !== undefined && { namespace }), ...(labels && { labels }) };
  const key = namespace === undefined ? name : `${namespace}/${name}`;
  return { kind, change: { kind: "set", key, value: { kind, apiVersion, metadata, spec } } } as unknown as PolicyInput;
}
