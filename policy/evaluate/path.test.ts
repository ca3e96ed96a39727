import assert from "node:assert/strict";
import { parseAddress } from "../../net/address-text.ts";
import { parsePrefix } from "../../net/prefix.ts";
import type { NodePolicy } from "../evaluate.ts";
import type { PolicyInput } from "../graph/policy-graph.ts";
import type { Packet } from "../packet.ts";
import { SERVICE_RANGES } from "../set.ts";
import { plainNode, ToldWorld, told } from "../sim/told-world.ts";
import { walkPath } from "./path.ts";

const allow = { action: "Allow" };
const deny = { action: "Deny" };
const tier = told("Tier", "default", { order: 1000, defaultAction: "Deny" });
const open = told("Profile", "open", { ingress: [allow], egress: [allow] });
const pod = told(
  "WorkloadEndpoint",
  "shop/web",
  { node: "n1", interfaceName: "cali1", ipNetworks: ["10.0.0.1/32", "fd00::1/128"], profiles: ["open"] },
  { role: "pod" },
);
const edge = told("HostEndpoint", "edge", { node: "n1", interfaceName: "eth0" }, { role: "edge" });
const rest = told("HostEndpoint", "rest", { node: "n1", interfaceName: "*" }, { role: "rest" });

function policy(name: string, spec: object): PolicyInput {
  return told("GlobalNetworkPolicy", name, { selector: "role == 'edge'", ...spec });
}

/** Packets by the way they take; the far end is 192.0.2.9, the node 10.9.0.1, a service 10.96.0.1. */
const ways = {
  "to the node": ["192.0.2.9", "10.9.0.1", { inInterface: "eth0" }],
  "from the node": ["10.9.0.1", "192.0.2.9", { outInterface: "eth0" }],
  "to the pod": ["192.0.2.9", "10.0.0.1", { inInterface: "eth0", outInterface: "cali1" }],
  "from the pod": ["10.0.0.1", "192.0.2.9", { inInterface: "cali1", outInterface: "eth0" }],
  "through the node": ["192.0.2.9", "198.51.100.9", { inInterface: "eth0", outInterface: "eth1" }],
  "from the pod to the node": ["10.0.0.1", "10.9.0.1", { inInterface: "cali1" }],
  "from the node to the pod": ["10.9.0.1", "10.0.0.1", { outInterface: "cali1" }],
} as const satisfies Record<string, readonly [string, string, Partial<Packet>]>;

type Way = keyof typeof ways;

function ask(world: ToldWorld, way: Way, more: Partial<Packet> = {}, node: Partial<NodePolicy> = {}): string {
  const [source, destination, interfaces] = ways[way];
  return world.ask(source, destination, { ...interfaces, ...more }, node);
}

function host(...policies: readonly PolicyInput[]): ToldWorld {
  return new ToldWorld(tier, open, pod, edge, ...policies);
}

describe("a host endpoint's policy", () => {
  it("denies what the host itself receives and sends when no policy and no profile says anything", () => {
    assert.equal(ask(host(), "to the node"), "deny: no profile of edge allows its ingress");
    assert.equal(ask(host(), "from the node"), "deny: no profile of edge allows its egress");
    assert.equal(ask(host(), "to the node", { inInterface: "eth1" }), "allow: not policed");
  });

  it("lets its profiles decide where no policy applies", () => {
    const world = new ToldWorld(
      tier,
      open,
      told("HostEndpoint", "edge", { node: "n1", interfaceName: "eth0", profiles: ["open"] }),
    );
    assert.equal(ask(world, "to the node"), "allow: Profile open ingress[0]");
    assert.equal(ask(world, "from the node"), "allow: Profile open egress[0]");
  });

  it("says nothing of forwarded packets unless it says applyOnForward", () => {
    const closed = { types: ["Ingress", "Egress"] };
    assert.equal(ask(host(policy("p", closed)), "through the node"), "allow: not policed");
    const world = host(policy("p", { ...closed, applyOnForward: true }));
    assert.equal(ask(world, "through the node"), "deny: end of tier default, forwarded ingress of edge");
    assert.equal(ask(world, "from the pod"), "deny: end of tier default, forwarded egress of edge");
    assert.equal(
      ask(world, "from the pod to the node", {}, { endpointToHost: "Accept" }),
      "allow: DefaultEndpointToHostAction",
    );
  });

  it("that allows a forwarded packet leaves it to the workload's", () => {
    const forward = policy("p", { applyOnForward: true, ingress: [allow] });
    assert.equal(ask(host(forward), "to the pod"), "allow: Profile open ingress[0]");
    const shut = policy("q", { selector: "role == 'pod'", ingress: [deny] });
    assert.equal(ask(host(forward, shut), "to the pod"), "deny: GlobalNetworkPolicy q ingress[0]");
  });

  it("asks the sender, then the host endpoint by which it leaves", () => {
    const out = policy("p", { applyOnForward: true, egress: [deny] });
    assert.equal(ask(host(out), "from the pod"), "deny: GlobalNetworkPolicy p egress[0]");
    const shut = policy("q", { selector: "role == 'pod'", egress: [deny] });
    assert.equal(ask(host(out, shut), "from the pod"), "deny: GlobalNetworkPolicy q egress[0]");
  });

  it("is not asked about what the node sends to its own workload", () => {
    const shut = policy("p", { selector: "all()", ingress: [deny], egress: [deny] });
    assert.equal(ask(host(shut), "from the node to the pod"), "allow: not policed");
    assert.equal(ask(new ToldWorld(tier, open, pod, rest), "from the node to the pod"), "allow: not policed");
  });

  it("for all interfaces is about those that are no workload's and have none of their own", () => {
    const world = new ToldWorld(tier, open, pod, edge, rest, policy("p", { ingress: [allow] }));
    assert.equal(ask(world, "to the node"), "allow: GlobalNetworkPolicy p ingress[0]");
    assert.equal(ask(world, "to the node", { inInterface: "eth1" }), "deny: no profile of rest allows its ingress");
    assert.equal(ask(world, "to the pod"), "allow: Profile open ingress[0]");
  });

  it("applies to workloads as any other where it selects them", () => {
    const both = policy("p", { selector: "has(role)", applyOnForward: true, ingress: [deny] });
    assert.equal(ask(host(both), "to the pod", { inInterface: "eth1" }), "deny: GlobalNetworkPolicy p ingress[0]");
  });
});

describe("an untracked policy", () => {
  const spec = { applyOnForward: true, doNotTrack: true };

  it("that denies is final, and one that says nothing leaves it to the others", () => {
    const world = host(
      policy("u", { ...spec, ingress: [{ ...deny, protocol: "UDP" }] }),
      policy("p", { ingress: [allow] }),
    );
    assert.equal(ask(world, "to the node", { protocol: 17 }), "deny: GlobalNetworkPolicy u ingress[0]");
    assert.equal(ask(world, "to the node"), "allow: GlobalNetworkPolicy p ingress[0]");
  });

  it("that allows spares a packet the other policies of the host endpoint", () => {
    const world = host(
      policy("u", { ...spec, ingress: [allow], egress: [allow] }),
      policy("p", { ingress: [deny], egress: [deny] }),
    );
    assert.equal(ask(world, "to the node"), "allow: GlobalNetworkPolicy u ingress[0]");
    assert.equal(ask(world, "from the node"), "allow: GlobalNetworkPolicy u egress[0]");
    const forward = policy("f", { applyOnForward: true, ingress: [deny] });
    assert.equal(
      ask(host(policy("u", { ...spec, ingress: [allow] }), forward), "through the node"),
      "allow: GlobalNetworkPolicy u ingress[0]",
    );
  });

  it("spares no packet the workload's policy, nor that of the host endpoint by which it leaves", () => {
    const shut = policy("q", { selector: "role == 'pod'", ingress: [deny] });
    const out = told("HostEndpoint", "out", { node: "n1", interfaceName: "eth1" }, { role: "out" });
    const leave = policy("l", { selector: "role == 'out'", applyOnForward: true, egress: [deny] });
    const world = host(policy("u", { ...spec, ingress: [allow] }), shut, out, leave);
    assert.equal(ask(world, "to the pod"), "deny: GlobalNetworkPolicy q ingress[0]");
    assert.equal(ask(world, "through the node"), "deny: GlobalNetworkPolicy l egress[0]");
  });

  it("says nothing of workloads, of what is forwarded out, and of all interfaces", () => {
    const all = policy("u", { ...spec, selector: "all()", ingress: [deny], egress: [deny] });
    assert.equal(ask(new ToldWorld(tier, open, pod, all), "to the pod"), "allow: Profile open ingress[0]");
    assert.equal(ask(host(all), "from the pod"), "allow: Profile open egress[0]");
    assert.equal(ask(new ToldWorld(tier, rest, all), "to the node"), "deny: no profile of rest allows its ingress");
  });
});

describe("a pre-DNAT policy", () => {
  const spec = { applyOnForward: true, preDNAT: true };
  const sent = { preDnat: { destination: parseAddress("10.9.0.1")!, destinationPort: 30080 } };
  const nodePort = { protocol: "TCP", destination: { nets: ["10.9.0.1/32"], ports: [30080] } };

  it("sees where a packet was sent to, before anybody translated it", () => {
    const world = host(policy("d", { ...spec, ingress: [{ ...deny, ...nodePort }] }));
    assert.equal(ask(world, "to the pod", sent), "deny: GlobalNetworkPolicy d ingress[0]");
    assert.equal(ask(world, "to the pod"), "allow: Profile open ingress[0]");
  });

  it("that allows spares a packet the other ingress policies of the host endpoint, and opens no pod", () => {
    const forward = policy("f", { applyOnForward: true, ingress: [deny] });
    const world = host(policy("d", { ...spec, ingress: [{ ...allow, ...nodePort }] }), forward);
    assert.equal(ask(world, "to the pod", sent), "allow: Profile open ingress[0]");
    assert.equal(ask(world, "to the pod"), "deny: GlobalNetworkPolicy f ingress[0]");
    world.tell(policy("q", { selector: "role == 'pod'", ingress: [deny] }));
    assert.equal(ask(world, "to the pod", sent), "deny: GlobalNetworkPolicy q ingress[0]");
  });

  it("lets what is for the node itself in for good", () => {
    const world = host(policy("d", { ...spec, ingress: [allow] }), policy("p", { ingress: [deny] }));
    assert.equal(ask(world, "to the node"), "allow: GlobalNetworkPolicy d ingress[0]");
  });

  it("is not asked once an untracked policy allowed", () => {
    const untracked = policy("u", { applyOnForward: true, doNotTrack: true, ingress: [allow] });
    const world = host(untracked, policy("d", { ...spec, ingress: [deny] }));
    assert.equal(ask(world, "to the node"), "allow: GlobalNetworkPolicy u ingress[0]");
  });

  it("of all interfaces is about workloads' too", () => {
    const world = new ToldWorld(
      tier,
      open,
      pod,
      rest,
      policy("d", { ...spec, selector: "role == 'rest'", ingress: [deny] }),
    );
    assert.equal(ask(world, "to the pod"), "deny: GlobalNetworkPolicy d ingress[0]");
    assert.equal(ask(world, "from the pod"), "deny: GlobalNetworkPolicy d ingress[0]");
    assert.equal(ask(world, "from the pod to the node"), "deny: GlobalNetworkPolicy d ingress[0]");
    assert.equal(ask(world, "from the node to the pod"), "allow: not policed");
  });
});

describe("the host endpoint of all interfaces", () => {
  const all = { selector: "role == 'rest'" };
  const between = { inInterface: "cali1", outInterface: "cali1" } as const;
  const world = (...policies: readonly PolicyInput[]) => new ToldWorld(tier, open, pod, rest, ...policies);

  it("is asked about what workloads forward to others before their own policy, and after that of who receives", () => {
    const into = world(policy("i", { ...all, applyOnForward: true, types: ["Ingress"], ingress: [deny] }));
    assert.equal(ask(into, "from the pod"), "deny: GlobalNetworkPolicy i ingress[0]");
    into.tell(policy("q", { selector: "role == 'pod'", types: ["Egress"], egress: [deny] }));
    assert.equal(ask(into, "from the pod"), "deny: GlobalNetworkPolicy i ingress[0]");
    const out = world(policy("o", { ...all, applyOnForward: true, types: ["Egress"], egress: [deny] }));
    assert.equal(ask(out, "to the pod"), "deny: GlobalNetworkPolicy o egress[0]");
    assert.equal(ask(out, "from the pod", between), "deny: GlobalNetworkPolicy o egress[0]");
    out.tell(policy("q", { selector: "role == 'pod'", types: ["Ingress"], ingress: [deny] }));
    assert.equal(ask(out, "to the pod"), "deny: GlobalNetworkPolicy q ingress[0]");
  });

  it("is not asked about what workloads send to the node or get from it", () => {
    const shut = world(policy("n", { ...all, applyOnForward: true, ingress: [deny], egress: [deny] }));
    const accept = { endpointToHost: "Accept" } as const;
    assert.equal(ask(shut, "from the pod to the node", {}, accept), "allow: DefaultEndpointToHostAction");
    assert.equal(ask(shut, "from the node to the pod"), "allow: not policed");
  });

  it("is spared its forward policies where it let the packet in before DNAT", () => {
    const letIn = world(
      policy("d", { ...all, applyOnForward: true, preDNAT: true, ingress: [allow] }),
      policy("f", { ...all, applyOnForward: true, types: ["Ingress"], ingress: [deny] }),
    );
    assert.equal(ask(letIn, "from the pod"), "allow: Profile open egress[0]");
  });

  it("stands for a workload's interface even where a host endpoint names that", () => {
    const named = told("HostEndpoint", "mine", { node: "n1", interfaceName: "cali1" }, { role: "mine" });
    const shut = policy("m", { selector: "role == 'mine'", applyOnForward: true, ingress: [deny], egress: [deny] });
    assert.equal(ask(world(named, shut), "from the pod"), "allow: Profile open egress[0]");
  });
});

describe("a failsafe port", () => {
  const net = parsePrefix("192.0.2.0/24")!;
  const failsafes = {
    inbound: [
      { protocol: 6, port: 22 },
      { protocol: 6, port: 80, net },
    ],
    outbound: [{ protocol: 6, port: 80 }],
  };

  it("is open whatever the host endpoint's policies say", () => {
    const world = host(policy("p", { ingress: [deny], egress: [deny] }));
    assert.equal(
      ask(world, "to the node", { destinationPort: 22 }, { failsafes }),
      "allow: failsafe port 22, protocol 6, ingress",
    );
    assert.equal(ask(world, "from the node", {}, { failsafes }), "allow: failsafe port 80, protocol 6, egress");
    assert.equal(
      ask(world, "from the node", { destinationPort: 22 }, { failsafes }),
      "deny: GlobalNetworkPolicy p egress[0]",
    );
  });

  it("with a net is open only from there, or to there", () => {
    assert.match(ask(host(), "to the node", {}, { failsafes }), /^allow: failsafe port 80/);
    assert.match(
      ask(host(), "to the node", { source: parseAddress("198.51.100.1")! }, { failsafes }),
      /^deny: no profile/,
    );
  });

  it("spares a packet the untracked and pre-DNAT policies, and nothing that comes after", () => {
    const early = policy("u", { applyOnForward: true, doNotTrack: true, ingress: [deny] });
    const before = policy("d", { applyOnForward: true, preDNAT: true, ingress: [deny] });
    const forward = policy("f", { applyOnForward: true, ingress: [deny] });
    assert.match(ask(host(early, before), "to the node", { destinationPort: 22 }, { failsafes }), /^allow: failsafe/);
    assert.equal(ask(host(early, before), "through the node", {}, { failsafes }), "allow: not policed");
    assert.equal(
      ask(host(early, before, forward), "through the node", {}, { failsafes }),
      "deny: GlobalNetworkPolicy f ingress[0]",
    );
  });

  it("keeps its answers tracked too: before conntrack they look like any packet", () => {
    const early = policy("u", { applyOnForward: true, doNotTrack: true, ingress: [allow], egress: [allow] });
    assert.match(
      ask(host(early), "to the node", { sourcePort: 80, destinationPort: 9 }, { failsafes }),
      /^deny: no profile/,
    );
    assert.match(
      ask(host(early), "from the node", { sourcePort: 22, destinationPort: 9 }, { failsafes }),
      /^deny: no profile/,
    );
    assert.match(
      ask(host(early), "to the node", { sourcePort: 22, destinationPort: 9 }, { failsafes }),
      /^allow: Global/,
    );
  });

  it("is none of a workload's", () => {
    const shut = policy("q", { selector: "role == 'pod'", ingress: [deny] });
    assert.match(ask(host(shut), "to the pod", { destinationPort: 22 }, { failsafes }), /^deny: GlobalNetworkPolicy q/);
  });
});

describe("what the node checks by itself", () => {
  it("drops what workloads encapsulate unless they may", () => {
    const vxlan = { protocol: 17, destinationPort: 4789 };
    const may = { workloadEncapsulation: { vxlan: true, ipip: true } };
    assert.equal(ask(host(), "from the pod", vxlan), "deny: workloads may not send vxlan themselves");
    assert.equal(
      ask(host(), "from the pod to the node", { protocol: 4 }),
      "deny: workloads may not send ipip themselves",
    );
    assert.match(ask(host(), "from the pod", vxlan, may), /^allow: Profile open/);
    assert.match(ask(host(), "from the pod", { protocol: 4 }, may), /^allow: Profile open/);
    assert.match(ask(host(), "to the pod", vxlan), /^allow: Profile open/);
  });

  it("drops what is forwarded to a service's address, however it came to go there", () => {
    const world = host();
    const looking = { ...world.state, hasAddress: (id: string) => id === SERVICE_RANGES, hasPort: () => false };
    const [source, destination] = [parseAddress("192.0.2.9")!, parseAddress("10.96.0.1")!];
    const packet = { source, destination, protocol: 6, inInterface: "eth0", outInterface: "eth1" };
    const reasons = (more: Partial<Packet>, node: Partial<NodePolicy> = {}) =>
      [...walkPath(looking, { ...plainNode, ...node }, { ...packet, ...more })].map(({ reason }) => reason?.by);
    assert.deepEqual(reasons({}), ["service loop"]);
    assert.deepEqual(reasons({ preDnat: { destination: source } }), ["service loop"]);
    assert.deepEqual(reasons({}, { serviceLoopPrevention: "Disabled" }), []);
  });

  it("lets neighbour discovery of workloads pass before their policy", () => {
    const shut = policy("q", { selector: "role == 'pod'", egress: [deny] });
    const solicitation = {
      source: parseAddress("fe80::1")!,
      destination: parseAddress("ff02::1")!,
      protocol: 58,
      icmpType: 135,
    };
    assert.equal(ask(host(shut), "from the pod to the node", solicitation), "allow: neighbour discovery");
  });
});

describe("a packet's way", () => {
  it("ends with what denies, and names every gate it came to", () => {
    const world = host(policy("f", { applyOnForward: true, ingress: [allow], egress: [deny] }));
    const [source, destination] = [parseAddress("10.0.0.1")!, parseAddress("192.0.2.9")!];
    const packet = {
      source,
      destination,
      protocol: 6,
      destinationPort: 80,
      inInterface: "cali1",
      outInterface: "eth0",
    };
    const hops = [...walkPath(world.state, plainNode, packet)];
    assert.deepEqual(
      hops.map(({ outcome, gate }) => `${gate?.endpoint} ${gate?.stage} ${gate?.direction}: ${outcome}`),
      ["shop/web normal egress: go on", "edge forward egress: deny"],
    );
    assert.deepEqual(
      hops.at(-1)!.gate!.steps.map((step) => step.at),
      ["chain"],
    );
  });
});
