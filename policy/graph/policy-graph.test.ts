import assert from "node:assert/strict";
import { apiVersion } from "../../datastore/model/resource.ts";
import { parseAddress } from "../../net/address-text.ts";
import { describeReason, evaluate } from "../evaluate.ts";
import { PolicyState } from "../policy-state.ts";
import { PolicyGraph, type PolicyInput } from "./policy-graph.ts";

const node = {
  interfacePrefixes: ["cali"],
  endpointToHost: "Drop",
  sourceSpoofing: "Disabled",
  failsafes: { inbound: [], outbound: [] },
  serviceLoopPrevention: "Drop",
  workloadEncapsulation: { vxlan: false, ipip: false },
} as const;

function set(kind: PolicyInput["kind"], key: string, spec: object, labels: Record<string, string> = {}): PolicyInput {
  const [namespace, name] = key.includes("/") ? key.split("/") : [undefined, key];
  const metadata = { name, labels, ...(namespace !== undefined && { namespace }) };
  return { kind, change: { kind: "set", key, value: { kind, apiVersion, metadata, spec } } } as unknown as PolicyInput;
}

function remove(kind: PolicyInput["kind"], key: string): PolicyInput {
  return { kind, change: { kind: "delete", key } };
}

const allow = { action: "Allow" };
const web = set(
  "WorkloadEndpoint",
  "shop/web",
  { node: "n1", interfaceName: "cali1", ipNetworks: ["10.0.0.1/32"], profiles: ["kns.shop"] },
  { app: "web" },
);
const db = set(
  "WorkloadEndpoint",
  "shop/db",
  {
    node: "n1",
    interfaceName: "cali2",
    ipNetworks: ["10.0.0.2/32"],
    profiles: ["kns.shop"],
    ports: [{ name: "sql", protocol: "TCP", port: 5432 }],
  },
  { app: "db" },
);
const open = set("Profile", "kns.shop", { ingress: [allow], egress: [allow], labelsToApply: { "pcns.team": "sales" } });
const tier = set("Tier", "default", { order: 1000, defaultAction: "Deny" });

/** A node under test: say what there is, ask what becomes of a TCP packet from web to db. */
class World {
  readonly #graph = new PolicyGraph("n1");
  readonly state = new PolicyState();

  constructor(...inputs: readonly PolicyInput[]) {
    this.tell(...inputs);
  }

  tell(...inputs: readonly PolicyInput[]): this {
    for (const input of inputs) this.#graph.on(input);
    this.state.apply(this.#graph.flush());
    return this;
  }

  /** `allow` or `deny`, and why. */
  ask(port = 80, more: object = {}): string {
    const [source, destination] = [parseAddress("10.0.0.1")!, parseAddress("10.0.0.2")!];
    const ports = { protocol: 6, sourcePort: 1000, destinationPort: port };
    const packet = { source, destination, ...ports, inInterface: "cali1", outInterface: "cali2", ...more };
    const { verdict, reason } = evaluate(this.state, node, packet);
    return `${verdict}: ${describeReason(reason)}`;
  }
}

function policy(name: string, spec: object): PolicyInput {
  return set("NetworkPolicy", `shop/${name}`, { selector: "app == 'db'", types: ["Ingress"], ...spec });
}

describe("a node's policy", () => {
  it("lets profiles decide where no policy applies", () => {
    assert.equal(new World(web, db, open, tier).ask(), "allow: Profile kns.shop ingress[0]");
  });

  it("denies what names a profile that is not there", () => {
    const world = new World(web, db, tier);
    assert.equal(world.ask(), "deny: Profile kns.shop egress[0]");
    assert.ok(world.state.chains.get("profile/kns.shop/out")!.missing);
    assert.match(world.tell(open).ask(), /^allow/);
  });

  it("tells of each policy's chain which tier it is in, and of a profile's none", () => {
    const ops = set("Tier", "ops", { order: 1 });
    const { state } = new World(web, db, open, tier, ops, policy("a", {}), policy("ops.b", { tier: "ops" }));
    const tiers = [...state.chains.values()].map(({ owner, tier: of }) => `${owner.name}: ${of}`);
    assert.ok(tiers.includes("a: default") && tiers.includes("ops.b: ops") && tiers.includes("kns.shop: undefined"));
  });

  it("drops at the end of a tier whose policies apply and do not decide", () => {
    const world = new World(web, db, open, tier, policy("p", { ingress: [{ action: "Allow", protocol: "UDP" }] }));
    assert.equal(world.ask(), "deny: end of tier default, ingress of shop/db");
    assert.match(world.tell(set("Tier", "default", { order: 1000, defaultAction: "Pass" })).ask(), /^allow: Profile/);
  });

  it("lets policies wait for their tier", () => {
    const world = new World(web, db, open, tier, policy("ops.p", { tier: "ops", ingress: [] }));
    assert.match(world.ask(), /^allow: Profile/);
    assert.match(world.tell(set("Tier", "ops", { order: 1 })).ask(), /^deny: end of tier ops/);
    assert.match(world.tell(remove("Tier", "ops")).ask(), /^allow: Profile/);
  });

  it("orders by tier, then order with none last, then name", () => {
    const says = (name: string, spec: object) => policy(name, { ingress: [allow], ...spec });
    const world = new World(web, db, open, tier, set("Tier", "ops", { order: 1 }), says("b", {}), says("a", {}));
    assert.equal(world.ask(), "allow: NetworkPolicy shop/a ingress[0]");
    assert.equal(world.tell(says("z", { order: 5 })).ask(), "allow: NetworkPolicy shop/z ingress[0]");
    assert.equal(world.tell(says("y", { order: 4.5 })).ask(), "allow: NetworkPolicy shop/y ingress[0]");
    assert.equal(world.tell(says("ops.x", { tier: "ops" })).ask(), "allow: NetworkPolicy shop/ops.x ingress[0]");
  });

  it("goes on in the next tier after a pass, and to the profiles after the last", () => {
    const pass = { action: "Pass" };
    const world = new World(
      web,
      db,
      open,
      tier,
      set("Tier", "ops", { order: 1 }),
      policy("ops.p", { tier: "ops", ingress: [pass] }),
    );
    assert.match(world.ask(), /^allow: Profile/);
    assert.match(world.tell(policy("q", { ingress: [{ action: "Deny" }] })).ask(), /^deny: NetworkPolicy shop\/q/);
    assert.match(world.tell(policy("q", { ingress: [pass, allow] })).ask(), /^allow: Profile/);
  });

  it("asks the sender's egress before the receiver's ingress", () => {
    const egress = set("GlobalNetworkPolicy", "out", {
      selector: "app == 'web'",
      types: ["Egress"],
      egress: [{ action: "Deny", destination: { selector: "app == 'db'" } }],
    });
    const world = new World(web, db, open, tier, egress);
    assert.equal(world.ask(), "deny: GlobalNetworkPolicy out egress[0]");
    assert.match(world.ask(80, { inInterface: "eth0" }), /^allow: Profile kns.shop ingress/);
  });

  it("follows labels of endpoints and of their namespace", () => {
    const rule = { action: "Allow", source: { namespaceSelector: "team == 'sales'", selector: "app == 'web'" } };
    const world = new World(web, db, open, tier, policy("p", { ingress: [rule] }));
    assert.match(world.ask(), /^allow/);
    assert.match(
      world.tell(set("Profile", "kns.shop", { egress: [allow], labelsToApply: { "pcns.team": "ops" } })).ask(),
      /^deny/,
    );
    assert.match(world.tell(open).ask(), /^allow/);
    assert.match(
      world
        .tell(set("WorkloadEndpoint", "shop/web", { node: "n2", ipNetworks: ["10.0.0.1/32"] }, { app: "web" }))
        .ask(80, { inInterface: "eth0" }),
      /^deny/,
    );
  });

  it("resolves a named port by what the destination declares", () => {
    const rule = { action: "Allow", protocol: "TCP", destination: { ports: ["sql"] } };
    const world = new World(web, db, open, tier, policy("p", { ingress: [rule] }));
    assert.match(world.ask(5432), /^allow/);
    assert.match(world.ask(5433), /^deny/);
    assert.match(world.ask(5432, { protocol: 17 }), /^deny/);
  });

  it("gives an interface that two endpoints claim to the one whose key sorts first", () => {
    const twin = set("WorkloadEndpoint", "shop/aaa", {
      node: "n1",
      interfaceName: "cali2",
      ipNetworks: [],
      profiles: [],
    });
    const world = new World(web, db, open, tier, twin);
    assert.equal(world.state.endpoints.get("cali2")!.endpoint, "shop/aaa");
    world.tell(remove("WorkloadEndpoint", "shop/aaa"));
    assert.equal(world.state.endpoints.get("cali2")!.endpoint, "shop/db");
  });

  it("drops unknown interfaces and forged sources, and leaves the host's own traffic alone", () => {
    const world = new World(web, db, open, tier);
    assert.equal(world.ask(80, { inInterface: "cali9" }), "deny: no endpoint has interface cali9");
    assert.equal(world.ask(80, { outInterface: "cali9" }), "deny: no endpoint has interface cali9");
    assert.equal(world.ask(80, { source: parseAddress("10.0.0.9")! }), "deny: the source is no address of shop/web");
    assert.equal(world.ask(80, { inInterface: undefined }), "allow: not policed");
    assert.equal(world.ask(80, { outInterface: undefined }), "deny: DefaultEndpointToHostAction");
  });

  it("leaves policies about untracked or not yet NATed host traffic to hosts", () => {
    const spec = { selector: "all()", applyOnForward: true, types: ["Ingress"], ingress: [{ action: "Deny" }] };
    const world = new World(web, db, open, tier, set("GlobalNetworkPolicy", "g", { ...spec, doNotTrack: true }));
    assert.match(world.ask(), /^allow/);
    assert.match(world.tell(set("GlobalNetworkPolicy", "g", spec)).ask(), /^deny: GlobalNetworkPolicy g/);
    assert.match(world.tell(set("GlobalNetworkPolicy", "g", { ...spec, preDNAT: true })).ask(), /^allow/);
  });

  it("always has the profile projectcalico-default-allow", () => {
    const lone = set("WorkloadEndpoint", "shop/web", {
      node: "n1",
      interfaceName: "cali1",
      ipNetworks: ["10.0.0.1/32"],
      profiles: ["projectcalico-default-allow"],
    });
    assert.equal(
      new World(lone, tier).ask(80, { outInterface: "eth0" }),
      "allow: Profile projectcalico-default-allow egress[0]",
    );
  });

  it("puts pools into the two sets of outgoing NAT", () => {
    const world = new World(
      set("IPPool", "a", { cidr: "10.0.0.0/16", natOutgoing: true }),
      set("IPPool", "b", { cidr: "10.1.0.0/16", disabled: true }),
    );
    const sets = new Map([...world.state.sets()].map(([spec, members]) => [spec.id, [...members]]));
    assert.deepEqual(sets.get("masq-ipam-pools"), ["10.0.0.0/16"]);
    assert.deepEqual(sets.get("all-ipam-pools"), ["10.0.0.0/16", "10.1.0.0/16"]);
  });

  it("does not touch endpoints when only a policy's rules change", () => {
    const graph = new PolicyGraph("n1");
    for (const input of [web, db, open, tier, policy("p", { ingress: [allow] })]) graph.on(input);
    graph.flush();
    graph.on(policy("p", { ingress: [{ action: "Deny" }] }));
    const { endpoints, chains, sets } = graph.flush();
    assert.deepEqual([endpoints.length, chains.length, sets.length], [0, 1, 0]);
  });
});
