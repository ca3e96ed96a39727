import assert from "node:assert/strict";
import { isEmpty } from "../output.ts";
import { gone, slice, ToldWorld, told } from "../sim/told-world.ts";

const hints = { performanceHints: ["AssumeNeededOnEveryNode"] };

function policy(spec: object) {
  const rules = { ingress: [{ action: "Allow", source: { selector: "role == 'far'" } }] };
  return told("GlobalNetworkPolicy", "p", { selector: "app == 'nobody'", types: ["Ingress"], ...rules, ...spec });
}

const far = told("WorkloadEndpoint", "shop/far", { node: "n2", ipNetworks: ["10.0.1.1/32"] }, { role: "far" });

function outcome({ state }: ToldWorld) {
  return [[...state.chains.keys()], [...state.sets()].flatMap(([, members]) => [...members])];
}

describe("a policy that is needed on every node", () => {
  it("has its chains and sets where no endpoint asks them, and nowhere a place", () => {
    const w = new ToldWorld(far, policy(hints));
    assert.deepEqual(outcome(w), [["gnp/p/in"], ["10.0.1.1"]]);
    assert.equal(w.state.endpoints.size, 0);
    w.tell(policy({}));
    assert.deepEqual(outcome(w), [[], []]);
    w.tell(policy(hints));
    assert.deepEqual(outcome(w), [["gnp/p/in"], ["10.0.1.1"]]);
    w.tell(gone("GlobalNetworkPolicy", "p"));
    assert.deepEqual(outcome(w), [[], []]);
  });

  it("follows its rules and its stages", () => {
    const w = new ToldWorld(far, policy(hints), slice("shop/db", "db", [{ addresses: ["10.0.1.2"] }]));
    const service = { action: "Allow", source: { services: { name: "db", namespace: "shop" } } };
    w.tell(policy({ ...hints, ingress: [service], applyOnForward: true }));
    assert.deepEqual(outcome(w), [["gnp/p/in", "gnp/p/in/forward"], ["10.0.1.2"]]);
    w.tell(policy({ ...hints, ingress: [service], applyOnForward: true, doNotTrack: true }));
    assert.deepEqual(outcome(w), [["gnp/p/in/untracked"], ["10.0.1.2"]]);
  });

  it("is the same chain when an endpoint asks it as well", () => {
    const w = new ToldWorld(policy(hints), told("Tier", "default", { order: 1 }));
    const spec = { node: "n1", interfaceName: "cali1", ipNetworks: ["10.0.0.1/32"] };
    const web = told("WorkloadEndpoint", "shop/web", spec, { app: "nobody" });
    const output = w.tell(web);
    assert.deepEqual([output.chains.length, output.endpoints.length], [0, 1]);
    assert.deepEqual(w.tell(gone("WorkloadEndpoint", "shop/web")).chains, []);
    assert.ok(isEmpty(w.tell(policy(hints))));
  });
});
