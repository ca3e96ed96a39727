import assert from "node:assert/strict";
import { PolicyGraph, type PolicyInput } from "../policy/graph/policy-graph.ts";
import type { AgentFact } from "./fact.ts";
import { PolicyFaults } from "./policy-faults.ts";

function setUp() {
  const graph = new PolicyGraph("n1");
  const facts: AgentFact[] = [];
  const faults = new PolicyFaults((fact) => facts.push(fact));
  const policy = (name: string, selector: string | undefined): string[] => {
    const value = { kind: "GlobalNetworkPolicy", metadata: { name }, spec: { selector } };
    const change = selector === undefined ? { kind: "delete", key: name } : { kind: "set", key: name, value };
    graph.on({ kind: "GlobalNetworkPolicy", change } as unknown as PolicyInput);
    graph.flush();
    faults.look(graph.faults);
    return facts.splice(0).map((fact) => `${fact.fact} ${"problem" in fact ? fact.problem : ""}`);
  };
  return { faults, policy };
}

const why =
  "spec.selector: at character 4 found \"= 'b'\", expected an operator: ==, !=, in, not in, contains, starts with or ends with";

describe("policies that cannot be read", () => {
  it("are told once, and once when they are mended or gone", () => {
    const { faults, policy } = setUp();
    assert.deepEqual(policy("fine", "all()"), []);
    assert.equal(faults.status, undefined);
    assert.deepEqual(policy("web", "a = 'b'"), [
      `agent.policy-unreadable GlobalNetworkPolicy web: ${why.replace("4", "3")}`,
    ]);
    assert.deepEqual(policy("fine", "has(x)"), [], "nothing new");
    assert.deepEqual(policy("web", "ab = 'b'").sort(), [
      `agent.policy-readable GlobalNetworkPolicy web: ${why.replace("4", "3")}`,
      `agent.policy-unreadable GlobalNetworkPolicy web: ${why}`,
    ]);
    assert.deepEqual(faults.status, { count: 1, first: [`GlobalNetworkPolicy web: ${why}`] });
    assert.deepEqual(policy("web", undefined), [`agent.policy-readable GlobalNetworkPolicy web: ${why}`]);
    assert.equal(faults.count, 0);
  });

  it("fill neither log nor status, however many there are, and those untold are told when there is room", () => {
    const { faults, policy } = setUp();
    const told = Array.from({ length: 130 }, (_, n) => policy(`p${1000 + n}`, "(")).flat();
    assert.equal(told.length, 100);
    assert.equal(faults.count, 130);
    assert.equal(faults.status?.first.length, 10);
    assert.deepEqual(
      policy("p1000", "all()").map((text) => text.split(":")[0]),
      ["agent.policy-readable GlobalNetworkPolicy p1000", "agent.policy-unreadable GlobalNetworkPolicy p1100"],
    );
  });
});
