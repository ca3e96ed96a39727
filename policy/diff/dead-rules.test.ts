import assert from "node:assert/strict";
import { set } from "../../lib/change.ts";
import type { PolicyInput } from "../graph/policy-graph.ts";
import { PolicyState } from "../policy-state.ts";
import { WholeCluster } from "./cluster.ts";
import { deadRules } from "./dead-rules.ts";

const apiVersion = "projectcalico.org/v3";

function endpoint(name: string, labels: Record<string, string>): PolicyInput {
  const spec = { node: "n1", interfaceName: name, ipNetworks: [`10.0.0.${name.length}/32`], profiles: [] };
  const metadata = { name, namespace: "a", labels };
  return {
    kind: "WorkloadEndpoint",
    change: set(`a/${name}`, { kind: "WorkloadEndpoint", apiVersion, metadata, spec }),
  };
}

function tier(name: string, order: number, defaultAction: "Deny" | "Pass" = "Deny"): PolicyInput {
  return {
    kind: "Tier",
    change: set(name, { kind: "Tier", apiVersion, metadata: { name }, spec: { order, defaultAction } }),
  };
}

/** A policy for ingress whose rules are actions, of UDP only when they are in small letters. */
function policy(name: string, order: number, selector: string, ...actions: readonly string[]): PolicyInput {
  const ingress = actions.map((word) => ({
    action: (word[0]!.toUpperCase() + word.slice(1)) as "Allow",
    ...(word[0] === word[0]!.toLowerCase() && { protocol: "UDP" }),
  }));
  const [tierName] = name.includes(".") ? name.split(".") : ["default"];
  const spec = { tier: tierName!, order, selector, types: ["Ingress" as const], ingress };
  return {
    kind: "GlobalNetworkPolicy",
    change: set(name, { kind: "GlobalNetworkPolicy", apiVersion, metadata: { name }, spec }),
  };
}

function dead(...inputs: readonly PolicyInput[]): string[] {
  const cluster = new WholeCluster();
  const state = new PolicyState();
  state.apply(cluster.tell([endpoint("x", { app: "x" }), endpoint("yy", { app: "y" }), tier("default", 9), ...inputs]));
  return deadRules(state, (id) => cluster.setDefinition(id)).map(({ rule, why }) => `${rule}: ${why}`);
}

describe("rules that can never be met", () => {
  it("stand behind one in the same policy that everything meets, but not behind a log", () => {
    assert.deepEqual(dead(policy("p", 1, "all()", "Log", "allow", "Deny", "allow")), [
      "GlobalNetworkPolicy p ingress[3]: behind GlobalNetworkPolicy p ingress[2], which denies everything",
    ]);
  });

  it("stand behind another policy of the tier, for all endpoints that have them", () => {
    const [first, second] = [policy("p", 1, "app == 'x'", "Allow"), policy("q", 2, "app == 'x'", "deny")];
    const why = "GlobalNetworkPolicy q ingress[0]: behind GlobalNetworkPolicy p ingress[0], which allows everything";
    assert.deepEqual(dead(first, second), [why]);
    assert.deepEqual(dead(first, policy("q", 2, "all()", "deny")), [], "y meets it");
  });

  it("stand in a tier that no packet comes to", () => {
    const later = policy("late.q", 1, "all()", "deny");
    const all = [tier("late", 20), later];
    assert.deepEqual(dead(policy("p", 1, "all()", "allow"), ...all), [
      "GlobalNetworkPolicy late.q ingress[0]: no packet gets past tier default",
    ]);
    assert.deepEqual(dead(policy("p", 1, "all()", "allow", "pass"), ...all), []);
    assert.deepEqual(dead(policy("p", 1, "all()", "Pass"), ...all), []);
    assert.deepEqual(dead(tier("default", 9, "Pass"), policy("p", 1, "all()", "allow"), ...all), []);
    assert.deepEqual(dead(tier("default", 9, "Pass"), policy("p", 1, "all()", "pass", "Deny"), ...all), []);
    assert.match(
      dead(tier("default", 9, "Pass"), policy("p", 1, "all()", "Deny"), ...all)[0]!,
      /late\.q.*behind .* p /,
    );
  });
});
