import assert from "node:assert/strict";
import { parseAddress } from "../../net/address-text.ts";
import type { HostGates } from "../chain.ts";
import { gone, ToldWorld, told } from "../sim/told-world.ts";
import type { PolicyInput } from "./policy-graph.ts";

const tier = told("Tier", "default", { order: 1000, defaultAction: "Deny" });
const allow = { action: "Allow" };
const edge = told("HostEndpoint", "edge", { node: "n1", interfaceName: "eth0", profiles: ["open"] }, { role: "edge" });
const everyOther = told("HostEndpoint", "rest", { node: "n1", interfaceName: "*" }, { role: "edge" });

function interfaceWith(name: string, ...texts: readonly string[]): PolicyInput {
  const value = texts.map((text) => parseAddress(text)!);
  return { kind: "HostInterface", change: { kind: "set", key: name, value } };
}

function policy(name: string, spec: object): PolicyInput {
  return told("GlobalNetworkPolicy", name, { selector: "role == 'edge'", ingress: [allow], egress: [allow], ...spec });
}

/** The chains of each gate that asks anything, and how the gate ends: `forward ingress: gnp/p/in/forward, deny; continue`. */
function gates({ stages }: HostGates): string[] {
  return Object.entries(stages).flatMap(([stage, directions]) =>
    Object.entries(directions).flatMap(([direction, { tiers, profiles, atEnd }]) => {
      const asked = [...tiers.flatMap(({ chains, atEnd: end }) => [...chains, end]), ...profiles];
      return asked.length > 0 ? [`${stage} ${direction}: ${asked.join(", ")}; ${atEnd}`] : [];
    }),
  );
}

describe("a host endpoint", () => {
  it("is asked about the host's own packets only by an ordinary policy, and has its profiles there", () => {
    const { state } = new ToldWorld(tier, edge, policy("p", {}));
    assert.deepEqual(gates(state.hosts.get("eth0")!), [
      "normal ingress: gnp/p/in, deny, profile/open/in; deny",
      "normal egress: gnp/p/out, deny, profile/open/out; deny",
    ]);
    assert.equal(state.hosts.get("eth0")!.endpoint, "edge");
  });

  it("is asked about forwarded packets too where a policy says applyOnForward, without profiles", () => {
    const { state } = new ToldWorld(tier, edge, policy("p", { applyOnForward: true, egress: undefined }));
    assert.deepEqual(gates(state.hosts.get("eth0")!), [
      "normal ingress: gnp/p/in, deny, profile/open/in; deny",
      "normal egress: profile/open/out; deny",
      "forward ingress: gnp/p/in/forward, deny; continue",
    ]);
  });

  it("is asked before conntrack only where a policy says doNotTrack, and nobody is denied for want of a rule", () => {
    const { state } = new ToldWorld(tier, edge, policy("p", { applyOnForward: true, doNotTrack: true }));
    assert.deepEqual(gates(state.hosts.get("eth0")!).slice(2), [
      "untracked ingress: gnp/p/in/untracked, pass; continue",
      "untracked egress: gnp/p/out/untracked, pass; continue",
    ]);
  });

  it("is asked before DNAT only where a policy says preDNAT, and only about what comes in", () => {
    const { state } = new ToldWorld(tier, edge, policy("p", { applyOnForward: true, preDNAT: true }));
    assert.deepEqual(gates(state.hosts.get("eth0")!).slice(2), ["pre-dnat ingress: gnp/p/in/pre-dnat, pass; continue"]);
    assert.equal(state.chains.has("gnp/p/out/pre-dnat"), false);
  });

  it("goes on to the next tier where the tier's default action says so, and where all its policies are staged", () => {
    const ops = told("Tier", "ops", { order: 1, defaultAction: "Pass" });
    const staged = told("StagedGlobalNetworkPolicy", "s", { selector: "all()", applyOnForward: true, ingress: [] });
    const world = new ToldWorld(
      tier,
      ops,
      edge,
      policy("ops.p", { tier: "ops", applyOnForward: true, egress: [] }),
      staged,
    );
    assert.deepEqual(
      gates(world.state.hosts.get("eth0")!).at(-1),
      "forward ingress: gnp/ops.p/in/forward, pass, sgnp/s/in/forward, pass; continue",
    );
  });

  it("for all interfaces is asked at every stage but before conntrack", () => {
    const untracked = policy("u", { applyOnForward: true, doNotTrack: true });
    const { state } = new ToldWorld(tier, everyOther, policy("p", { applyOnForward: true }), untracked);
    const stages = gates(state.hosts.get("*")!).map((text) => text.split(" ")[0]);
    assert.deepEqual([...new Set(stages)], ["normal", "forward"]);
    assert.equal(state.chains.has("gnp/u/in/untracked"), false);
  });

  it("of another node, or that no interface has, needs no rules here", () => {
    const elsewhere = told("HostEndpoint", "edge", { node: "n2", interfaceName: "eth0" }, { role: "edge" });
    const adrift = told("HostEndpoint", "adrift", { node: "n1", expectedIPs: ["10.0.0.9"] }, { role: "edge" });
    const world = new ToldWorld(tier, elsewhere, adrift, interfaceWith("eth0", "10.0.0.1"), policy("p", {}));
    assert.deepEqual([world.state.hosts.size, world.state.chains.size], [0, 0]);
    world.tell(interfaceWith("eth0", "10.0.0.9"));
    assert.equal(world.state.hosts.get("eth0")!.endpoint, "adrift");
    assert.equal(world.state.chains.has("gnp/p/in"), true);
    world.tell(gone("HostInterface", "eth0"));
    assert.deepEqual([world.state.hosts.size, world.state.chains.size], [0, 0]);
  });

  it("keeps a chain as long as some gate of that stage refers to it", () => {
    const workload = told(
      "WorkloadEndpoint",
      "shop/web",
      { node: "n1", interfaceName: "cali1", ipNetworks: [] },
      { role: "edge" },
    );
    const world = new ToldWorld(tier, edge, workload, policy("p", { applyOnForward: true }));
    const chains = () => [...world.state.chains.keys()].filter((id) => id.startsWith("gnp/p")).sort();
    assert.deepEqual(chains(), ["gnp/p/in", "gnp/p/in/forward", "gnp/p/out", "gnp/p/out/forward"]);
    world.tell(gone("HostEndpoint", "edge"));
    assert.deepEqual(chains(), ["gnp/p/in", "gnp/p/out"]);
    world.tell(gone("WorkloadEndpoint", "shop/web"));
    assert.deepEqual(chains(), []);
  });

  it("is a member of sets on every node, by its labels, its profiles' labels, its addresses and its ports", () => {
    const ports = [{ name: "ssh", protocol: "TCP", port: 22 }];
    const far = {
      node: "n2",
      interfaceName: "eth0",
      expectedIPs: ["10.1.0.1", "fd00:1::1"],
      profiles: ["edges"],
      ports,
    };
    const rules = [
      { action: "Allow", protocol: "TCP", destination: { selector: "zone == 'outer'", ports: ["ssh", 2222] } },
      { action: "Deny", destination: { selector: "role == 'far'" } },
    ];
    const world = new ToldWorld(
      tier,
      edge,
      told("Profile", "edges", { labelsToApply: { zone: "outer" } }),
      told("HostEndpoint", "far", far, { role: "far" }),
      policy("p", { egress: rules }),
    );
    const members = Object.entries(world.sets()).filter(([id]) => /^[sn]:/.test(id));
    assert.deepEqual(members.map(([id, list]) => [id.slice(0, 2), list]).sort(), [
      ["n:", ["10.1.0.1,tcp:22", "fd00:1::1,tcp:22"]],
      ["s:", ["10.1.0.1", "fd00:1::1"]],
      ["s:", ["10.1.0.1", "fd00:1::1"]],
    ]);
    world.tell(gone("HostEndpoint", "far"));
    const after = Object.entries(world.sets()).filter(([id]) => /^[sn]:/.test(id));
    assert.deepEqual(
      after.map(([, list]) => list),
      [[], [], []],
    );
  });

  it("is left alone when a policy's rules change, and when a policy changes that does not select it", () => {
    const world = new ToldWorld(tier, edge, policy("p", {}));
    const output = world.tell(
      policy("p", { ingress: [{ action: "Deny" }] }),
      policy("q", { selector: "role == 'none'" }),
    );
    assert.deepEqual([output.hosts.length, output.chains.length], [0, 1]);
    assert.equal(world.tell(interfaceWith("eth0", "10.0.0.1"), edge).hosts.length, 0);
  });
});
