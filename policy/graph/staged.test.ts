import assert from "node:assert/strict";
import { gone, ToldWorld, told } from "../sim/told-world.ts";
import type { PolicyInput } from "./policy-graph.ts";

const web = told(
  "WorkloadEndpoint",
  "shop/web",
  { node: "n1", interfaceName: "cali1", ipNetworks: ["10.0.0.1/32"], profiles: ["open"] },
  { app: "web", "projectcalico.org/orchestrator": "k8s" },
);
const tier = told("Tier", "default", { order: 1000, defaultAction: "Deny" });
const open = told("Profile", "open", { ingress: [{ action: "Allow" }], egress: [{ action: "Allow" }] });
const into = { inInterface: "eth0", outInterface: "cali1" };

function staged(name: string, spec: object): PolicyInput {
  return told("StagedNetworkPolicy", `shop/${name}`, { types: ["Ingress"], ...spec });
}

function enforced(name: string, spec: object): PolicyInput {
  return told("NetworkPolicy", `shop/${name}`, { types: ["Ingress"], ...spec });
}

function world(...more: readonly PolicyInput[]): ToldWorld {
  return new ToldWorld(web, open, tier, ...more);
}

function ingressOf({ state }: ToldWorld) {
  return state.endpoints.get("cali1")!.ingress.tiers;
}

describe("staged policies", () => {
  const deny = { ingress: [{ action: "Deny" }] };

  it("are chains that decide nothing, and a tier of nothing else lets pass", () => {
    const w = world(staged("p", deny));
    assert.deepEqual(ingressOf(w), [{ tier: "default", chains: ["snp/shop/p/in"], atEnd: "pass" }]);
    const chain = w.state.chains.get("snp/shop/p/in")!;
    assert.equal(chain.staged, true);
    assert.deepEqual(
      chain.rules.map(({ action, origin }) => [action, origin.kind, origin.name]),
      [["deny", "StagedNetworkPolicy", "p"]],
    );
    assert.match(w.ask("10.0.0.9", "10.0.0.1", into), /^allow: Profile open/);
  });

  it("stand where the enforced policy would: by order, then by name, behind the enforced one of their name", () => {
    const w = world(
      staged("b", deny),
      enforced("b", { ingress: [] }),
      enforced("a", { ingress: [] }),
      enforced("c", { ingress: [] }),
      staged("z", { order: 5, ...deny }),
    );
    const chains = ["snp/shop/z/in", "np/shop/a/in", "np/shop/b/in", "snp/shop/b/in", "np/shop/c/in"];
    assert.deepEqual(ingressOf(w), [{ tier: "default", chains, atEnd: "deny" }]);
    assert.match(w.ask("10.0.0.9", "10.0.0.1", into), /^deny: end of tier default/);
  });

  it("leave a tier whose enforced policies are about the other direction only", () => {
    const w = world(staged("p", deny), told("NetworkPolicy", "shop/e", { types: ["Egress"], egress: [] }));
    assert.equal(ingressOf(w)[0]!.atEnd, "pass");
    assert.equal(w.state.endpoints.get("cali1")!.egress.tiers[0]!.atEnd, "deny");
  });

  it("may be global", () => {
    const spec = { types: ["Ingress"], selector: "app == 'web'", namespaceSelector: "all()", ...deny };
    const w = world(told("StagedGlobalNetworkPolicy", "g", spec));
    assert.deepEqual(ingressOf(w)[0]!.chains, ["sgnp/g/in"]);
  });

  it("may be Kubernetes': converted, called by their own name, and sorted by the one that they would get", () => {
    const spec = {
      podSelector: { matchLabels: { app: "web" } },
      ingress: [{ ports: [{ port: 80 }] }, { ports: [{ port: 99999 }] }],
    };
    const w = world(
      told("StagedKubernetesNetworkPolicy", "shop/a", spec),
      enforced("knp.default.a", { order: 1000 }),
      enforced("knp.default.b", { order: 1000 }),
      enforced("before", { order: 1000 }),
    );
    const chains = ["np/shop/before/in", "np/shop/knp.default.a/in", "sknp/shop/a/in", "np/shop/knp.default.b/in"];
    assert.deepEqual(ingressOf(w)[0]!.chains, chains);
    const { rules } = w.state.chains.get("sknp/shop/a/in")!;
    assert.equal(rules.length, 1, "the rule that cannot be read is left out alone");
    assert.deepEqual(rules[0]!.match, { protocol: 6, destination: { ports: [{ from: 80, to: 80 }] } });
  });

  it("are compiled when they are to be set, and not when they are to be deleted, learned or ignored", () => {
    for (const stagedAction of ["Delete", "Learn", "Ignore"]) {
      const w = world(staged("p", { stagedAction, ...deny }));
      assert.deepEqual([ingressOf(w), w.state.chains.has("snp/shop/p/in")], [[], false], stagedAction);
      w.tell(staged("p", { stagedAction: "Set", ...deny }));
      assert.equal(ingressOf(w).length, 1);
      w.tell(staged("p", { stagedAction, ...deny }));
      assert.deepEqual([ingressOf(w), w.state.chains.has("snp/shop/p/in")], [[], false], stagedAction);
    }
  });

  it("name the enforced policy that is to go, as long as it is there and its deletion staged", () => {
    const w = world(
      staged("p", { stagedAction: "Delete" }),
      staged("nobody", { stagedAction: "Delete" }),
      told("StagedKubernetesNetworkPolicy", "shop/k", { stagedAction: "Delete" }),
      told("StagedGlobalNetworkPolicy", "g", { stagedAction: "Delete" }),
      told("GlobalNetworkPolicy", "g", {}),
      enforced("p", {}),
      enforced("knp.default.k", {}),
    );
    assert.deepEqual(w.graph.leaving, [
      { kind: "GlobalNetworkPolicy", name: "g" },
      { kind: "NetworkPolicy", namespace: "shop", name: "knp.default.k" },
      { kind: "NetworkPolicy", namespace: "shop", name: "p" },
    ]);
    w.tell(gone("GlobalNetworkPolicy", "g"), gone("StagedNetworkPolicy", "shop/p"), staged("p", {}));
    assert.deepEqual(
      w.graph.leaving.map(({ name }) => name),
      ["knp.default.k"],
    );
  });
});
