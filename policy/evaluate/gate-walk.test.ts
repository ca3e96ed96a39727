import assert from "node:assert/strict";
import { parseAddress } from "../../net/address-text.ts";
import type { Chain, Gate } from "../chain.ts";
import type { PolicyView } from "../evaluate.ts";
import type { Action } from "../rule.ts";
import { stagedRules, verdictOf, walkGate } from "./gate-walk.ts";

/** A policy or profile that says these to every packet, in order. */
function says(id: string, actions: readonly Action[], more: Partial<Chain> = {}): Chain {
  const owner = { kind: "GlobalNetworkPolicy", name: id } as const;
  const rules = actions.map((action, index) => ({
    match: {},
    action,
    origin: { ...owner, direction: "ingress", index } as const,
  }));
  return { id, owner, direction: "ingress", stage: "normal", rules, ...more };
}

const chains = [
  says("allow", ["allow"]),
  says("deny", ["deny"]),
  says("pass", ["pass"]),
  says("log", ["log", "log"]),
  says("silent", []),
  says("staged", ["log", "deny"], { staged: true }),
];
const view: PolicyView = {
  chains: new Map(chains.map((chain) => [chain.id, chain])),
  endpoints: new Map(),
  hosts: new Map(),
  hasAddress: () => false,
  hasPort: () => false,
};
const packet = { source: parseAddress("10.0.0.1")!, destination: parseAddress("10.0.0.2")!, protocol: 6 };

/** The steps as words, and the verdict. */
function walk(gate: Partial<Gate>): string[] {
  const steps = [...walkGate(view, { tiers: [], profiles: [], atEnd: "deny", ...gate }, packet)];
  const words = steps.map((step) =>
    step.at === "chain"
      ? `${step.tier ?? "profile"} ${step.chain.id}: ${step.rule?.action ?? "-"}`
      : `${step.at}: ${step.atEnd}`,
  );
  return [...words, verdictOf(steps.at(-1)!, { endpoint: "ep", direction: "ingress", stage: "normal" }).verdict];
}

function tier(name: string, atEnd: "deny" | "pass", ...ids: readonly string[]): Gate["tiers"][number] {
  return { tier: name, chains: ids, atEnd };
}

describe("a packet's way through a gate", () => {
  it("ends at the first rule that allows or denies", () => {
    assert.deepEqual(walk({ tiers: [tier("t", "deny", "silent", "log", "allow", "deny")], profiles: ["deny"] }), [
      "t silent: -",
      "t log: -",
      "t allow: allow",
      "allow",
    ]);
  });

  it("leaves a tier by pass, and by its end where that passes", () => {
    assert.deepEqual(
      walk({ tiers: [tier("t", "deny", "pass", "deny"), tier("u", "pass", "silent")], profiles: ["allow"] }),
      ["t pass: pass", "u silent: -", "end of tier: pass", "profile allow: allow", "allow"],
    );
  });

  it("ends with the tier where that denies", () => {
    assert.deepEqual(walk({ tiers: [tier("t", "deny", "silent")], profiles: ["allow"] }), [
      "t silent: -",
      "end of tier: deny",
      "deny",
    ]);
  });

  it("leaves only the profile by a pass in a profile", () => {
    assert.deepEqual(walk({ profiles: ["pass", "allow"] }), ["profile pass: pass", "profile allow: allow", "allow"]);
    assert.deepEqual(walk({ profiles: ["pass"] }), ["profile pass: pass", "end of gate: deny", "deny"]);
  });

  it("ends with the gate where nobody decides", () => {
    assert.deepEqual(walk({}), ["end of gate: deny", "deny"]);
    assert.deepEqual(walk({ atEnd: "continue" }), ["end of gate: continue", "continue"]);
  });

  it("goes past a staged policy, which says what it would have done", () => {
    const gate = { tiers: [tier("t", "pass", "staged")], profiles: ["allow"], atEnd: "deny" } as const;
    assert.deepEqual(walk(gate), ["t staged: deny", "end of tier: pass", "profile allow: allow", "allow"]);
    const staged = stagedRules(walkGate(view, gate, packet));
    assert.deepEqual(
      staged.map(({ origin }) => `${origin.name}[${origin.index}]`),
      ["staged[1]"],
    );
  });

  it("notes the rules that logged", () => {
    const gate = { tiers: [tier("t", "deny", "log")], profiles: [], atEnd: "deny" } as const;
    const logs = [...walkGate(view, gate, packet)].flatMap((step) => (step.at === "chain" ? step.logs : []));
    assert.deepEqual(
      logs.map(({ origin }) => origin.index),
      [0, 1],
    );
  });
});
