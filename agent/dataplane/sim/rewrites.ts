import { apiVersion } from "../../../datastore/model/resource.ts";
import type { Rule } from "../../../datastore/model/rule.ts";
import type { Resource } from "../../../datastore/model/schemas.ts";
import type { Random } from "../../../lib/random.ts";
import { PolicyGraph, type PolicyInput } from "../../../policy/graph/policy-graph.ts";

/** The ports of a world of rewrites: to the first the caller may always send, to the second never. */
export const [OPEN_PORT, SHUT_PORT] = [9001, 9004] as const;
/** The caller and the called. */
export const rewrittenPods = [
  { name: "caller", interfaceName: "cali1", address: "10.65.0.1", mac: "02:00:00:00:00:01" },
  { name: "called", interfaceName: "cali2", address: "10.65.0.2", mac: "02:00:00:00:00:02" },
] as const;

/** The node that both are on. */
export const REWRITTEN_NODE = "n1";

/** What is in the world just now. */
export class RewrittenWorld {
  readonly #inputs = new Map<string, PolicyInput>();

  constructor() {
    for (const input of firstResources()) this.#take(input);
  }

  /** All of it. */
  resources(): readonly PolicyInput[] {
    return [...this.#inputs.values()];
  }

  /** A graph that knows all of it, and has told nobody yet. */
  graph(): PolicyGraph {
    const graph = new PolicyGraph(REWRITTEN_NODE);
    for (const input of this.#inputs.values()) graph.on(input);
    return graph;
  }

  /** One change. Before and after each the caller gets to the open port and never to the shut one. */
  rewrite(random: Random): PolicyInput {
    const input = rewrite(random);
    this.#take(input);
    return input;
  }

  #take(input: PolicyInput): void {
    const place = `${input.kind} ${input.change.key}`;
    if (input.change.kind === "set") this.#inputs.set(place, input);
    else this.#inputs.delete(place);
  }
}

/** Ways to let the caller in that mean the same for it. */
const doors: readonly Rule[] = [
  { action: "Allow", protocol: "UDP", destination: { ports: [OPEN_PORT] } },
  { action: "Allow", protocol: "UDP", source: { selector: "role == 'caller'" }, destination: { ports: [OPEN_PORT] } },
  {
    action: "Allow",
    source: { selector: "has(role)", nets: ["10.64.0.0/10"] },
    destination: { notPorts: [SHUT_PORT] },
    protocol: "UDP",
  },
  {
    action: "Allow",
    protocol: "UDP",
    source: { nets: ["10.65.0.0/24", "192.0.2.0/24"] },
    destination: { ports: ["open"] },
  },
  {
    action: "Allow",
    protocol: "UDP",
    source: { notSelector: "role == 'nobody'" },
    destination: { ports: ["9000:9003"] },
  },
];

/** Rules that are about neither of the two ports, or about the shut one. */
const others: readonly Rule[] = [
  { action: "Deny", protocol: "UDP", destination: { ports: [SHUT_PORT] } },
  { action: "Deny", protocol: "TCP" },
  { action: "Allow", protocol: "TCP", destination: { ports: [80, 443] } },
  { action: "Deny", source: { nets: ["198.51.100.0/24"] } },
  {
    action: "Allow",
    protocol: "UDP",
    source: { selector: "noise == 'loud'" },
    destination: { ports: [53, "5000:6000"] },
  },
  { action: "Deny", protocol: "UDP", source: { notSelector: "has(role)" }, destination: { ports: [SHUT_PORT, 7] } },
];

/** What is there at first. */
function firstResources(): PolicyInput[] {
  return [
    input("Tier", "default", { order: 1_000_000, defaultAction: "Deny" }),
    input("Profile", "kns.shop", { ingress: [{ action: "Allow" }], egress: [{ action: "Allow" }] }),
    ...rewrittenPods.map((_, at) => pod(at as 0 | 1, "quiet")),
    door(doors[0]!, 10, []),
  ];
}

function rewrite(random: Random): PolicyInput {
  const int = (below: number): number => Math.floor(random() * below);
  const pick = <T>(from: readonly T[]): T => from[int(from.length)]!;
  const some = (): Rule[] => Array.from({ length: int(3) }, () => pick(others));
  switch (int(6)) {
    case 0:
    case 1:
      return door(pick(doors), int(100), some());
    case 2: {
      const name = `noise${int(8)}`;
      const spec = { order: int(100), selector: pick(["all()", "role == 'called'", "has(role)"]), types: ["Ingress"] };
      if (int(3) === 0) return gone("NetworkPolicy", `shop/${name}`);
      return input("NetworkPolicy", name, { ...spec, ingress: some() }, "shop");
    }
    case 3: {
      const tier = `tier${int(3)}`;
      if (int(3) === 0) return gone("Tier", tier);
      return input("Tier", tier, { order: int(1000), defaultAction: "Pass" });
    }
    case 4: {
      const name = `tier${int(3)}`;
      const spec = {
        tier: name,
        selector: "all()",
        types: ["Ingress", "Egress"],
        ingress: some(),
        egress: [pick(others)],
      };
      return input("GlobalNetworkPolicy", `${name}.all`, spec);
    }
    default:
      return pod(pick([0, 1] as const), pick(["loud", "quiet"]));
  }
}

/** The policy that lets the caller in. */
function door(rule: Rule, order: number, before: readonly Rule[]): PolicyInput {
  const spec = { order, selector: "role == 'called'", types: ["Ingress"], ingress: [...before, rule] };
  return input("NetworkPolicy", "door", spec, "shop");
}

function pod(at: 0 | 1, noise: string): PolicyInput {
  const { name, interfaceName, address, mac } = rewrittenPods[at];
  const where = { orchestrator: "k8s", node: REWRITTEN_NODE, pod: name, endpoint: "eth0", containerID: name };
  const ports = [{ name: "open", protocol: "UDP", port: OPEN_PORT }];
  const net = { interfaceName, mac, ipNetworks: [`${address}/32`], ports };
  const spec = { ...where, ...net, profiles: ["kns.shop"] };
  return input("WorkloadEndpoint", `${REWRITTEN_NODE}-k8s-${name}-eth0`, spec, "shop", { role: name, noise });
}

function input(kind: string, name: string, spec: object, namespace?: string, labels?: object): PolicyInput {
  const metadata = { name, ...(namespace && { namespace }), ...(labels && { labels }) };
  const key = namespace ? `${namespace}/${name}` : name;
  const value = { kind, apiVersion, metadata, spec } as unknown as Resource;
  return { kind, change: { kind: "set", key, value } } as unknown as PolicyInput;
}

function gone(kind: string, key: string): PolicyInput {
  return { kind, change: { kind: "delete", key } } as PolicyInput;
}
