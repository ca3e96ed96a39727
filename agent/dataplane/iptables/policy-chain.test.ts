import assert from "node:assert/strict";
import { type Chain, chainId } from "../../../policy/chain.ts";
import type { Action } from "../../../policy/rule.ts";
import { defaultOptions, type FirewallOptions } from "../options.ts";
import { policyChainRules } from "./policy-chain.ts";

const owner = { kind: "GlobalNetworkPolicy", name: "default.web" } as const;

function rules(action: Action, more: Partial<Chain> = {}, options: FirewallOptions = defaultOptions): string[] {
  const direction = "ingress";
  const one = { match: {}, action, origin: { ...owner, direction, index: 0 } } as const;
  const chain: Chain = { id: chainId(owner, direction), owner, direction, stage: "normal", rules: [one], ...more };
  return policyChainRules(chain, "filter", options, { family: "ipv4", hasMembers: true, need: () => {} });
}

describe("a policy's chain in iptables", () => {
  const name = '-m comment --comment "GlobalNetworkPolicy default.web ingress[0]"';

  it("logs within what the kernel can reckon with", () => {
    const limit = (rate: number, per: "second" | "hour" | "day", burst: number) =>
      /-m limit (.*) -j LOG/.exec(rules("log", {}, { ...defaultOptions, logRate: { rate, per, burst } }).at(-1)!)?.[1];
    assert.equal(limit(10, "second", 5), "--limit 10/second --limit-burst 5");
    assert.equal(limit(10_000, "second", 50_000), "--limit 10000/second --limit-burst 10000");
    assert.equal(limit(10_001, "second", 5), undefined);
    assert.equal(limit(2, "hour", 100), "--limit 2/hour --limit-burst 48");
    assert.equal(limit(1, "day", 5), "--limit 1/day --limit-burst 1");
  });

  it("counts what a rate keeps from being logged", () => {
    const [counting, logging] = rules("log", {}, { ...defaultOptions, logRate: { rate: 1, per: "day", burst: 1 } });
    assert.equal(counting, name);
    assert.match(logging!, /^-m limit .* -j LOG/);
  });

  it("leaves a profile by a pass without a mark, since one may be set already", () => {
    assert.equal(rules("pass").length, 2);
    const profile = { kind: "Profile", name: "kns.shop" } as const;
    assert.deepEqual(rules("pass", { owner: profile }), [`${name} -j RETURN`]);
  });

  it("logs under a prefix of as many letters as the kernel keeps, with the policy's tier, kind and name", () => {
    const prefix = (logPrefix: string) =>
      /--log-prefix "(.*)"$/.exec(rules("log", { tier: "ops" }, { ...defaultOptions, logPrefix })[0]!)?.[1];
    assert.equal(prefix("%t %k %p: "), "ops gnp default.web: ");
    assert.equal(prefix("dropped in %t by %k %p: "), "dropped in ops by gnp defau: ");
    assert.equal(prefix("calico-packet: "), "calico-packet: ");
  });

  it("only counts what is staged", () => {
    for (const action of ["allow", "deny", "pass"] as const)
      assert.deepEqual(rules(action, { staged: true }), [`${name} -j RETURN`]);
    assert.deepEqual(rules("log", { staged: true }), [name]);
  });

  it("tells of a denied packet before it goes, under the rule's name", () => {
    const told = rules("deny", {}, { ...defaultOptions, denyAction: "Reject", dropGroup: 7 });
    const tag = '--nflog-prefix "GlobalNetworkPolicy default.web ingress[0]"';
    assert.deepEqual(told, [`-j NFLOG --nflog-group 7 ${tag}`, `${name} -j REJECT`]);
  });

  it("says that a resource is missing", () => {
    assert.match(rules("deny", { missing: true })[0]!, /ingress\[0\]: not there" -j DROP$/);
  });
});
