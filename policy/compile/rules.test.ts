import assert from "node:assert/strict";
import type { Rule } from "../../datastore/model/rule.ts";
import { parsePrefix } from "../../net/prefix.ts";
import { canonicalText } from "../selector/canonical.ts";
import { compileRules } from "./rules.ts";
import { serviceSet } from "./set-definition.ts";

const owner = { kind: "NetworkPolicy", namespace: "red", name: "p" } as const;
const cluster = { kind: "GlobalNetworkPolicy", name: "g" } as const;

/** The one rule's match, and the canonical selectors of the sets it speaks of, in the order of the match. */
function compiled(rule: Omit<Rule, "action"> & { action?: Rule["action"] }, by: typeof owner | typeof cluster = owner) {
  const { rules, sets } = compileRules(by, "ingress", [{ action: "Allow", ...rule }]);
  return { rule: rules[0], selectors: [...sets.values()].map(({ selector }) => selector && canonicalText(selector)) };
}

describe("compiling rules", () => {
  const scoped = 'projectcalico.org/namespace == "red"';
  const selectors: readonly (readonly [
    string,
    NonNullable<Rule["source"]>,
    readonly (string | undefined)[],
    boolean?,
  ])[] = [
    ["a selector stays in the policy's namespace", { selector: "a == 'x'" }, [`(${scoped} && a == "x")`]],
    ["a cluster-wide policy's selector does not", { selector: "a == 'x'" }, ['a == "x"'], true],
    ["nothing asked is nobody in particular", {}, []],
    ["all() confines to the namespace", { selector: "all()" }, [`(${scoped} && all())`]],
    ["a namespaceSelector is about pcns. labels", { namespaceSelector: "team == 't'" }, ['pcns.team == "t"']],
    ["all() namespaces are those of workloads", { namespaceSelector: "all()" }, ["has(projectcalico.org/namespace)"]],
    [
      "global() is whatever has no namespace",
      { namespaceSelector: "global()", selector: "has(a)" },
      ["(!has(projectcalico.org/namespace) && has(a))"],
    ],
    ["notSelector confines too, and is itself unconfined", { notSelector: "has(a)" }, [scoped, "has(a)"]],
    [
      "service accounts by label and by name",
      { serviceAccounts: { names: ["b", "a"], selector: "r == 's'" }, selector: "has(a)" },
      [`(${scoped} && ((pcsa.r == "s" && projectcalico.org/serviceaccount in {"a", "b"}) && has(a)))`],
    ],
    [
      "a service's backends are found by the service, not by a selector",
      { services: { name: "s", namespace: "n" } },
      [undefined],
    ],
  ];
  for (const [name, source, expected, global] of selectors) {
    it(name, () => assert.deepEqual(compiled({ source }, global ? cluster : owner).selectors, expected));
  }

  it("asks for a service's ports where packets go to it only, in the policy's namespace unless it says which", () => {
    const { rule } = compiled({
      source: { services: { name: "s" } },
      destination: { services: { name: "s", namespace: "n" } },
    });
    assert.deepEqual(rule!.match.source, { inSets: [serviceSet("red", "s", false).id] });
    assert.deepEqual(rule!.match.destination, { inPortSets: [serviceSet("n", "s", true).id] });
  });

  it("merges numbered ports and makes sets of named ones, of the selected endpoints", () => {
    const destination = { ports: [80, "8000:8100", 81, "web"], notPorts: [8001], selector: "has(a)" };
    const { rule, selectors } = compiled({ protocol: "TCP", destination });
    assert.deepEqual(rule!.match.destination!.ports, [
      { from: 80, to: 81 },
      { from: 8000, to: 8100 },
    ]);
    assert.deepEqual(rule!.match.destination!.notPorts, [{ from: 8001, to: 8001 }]);
    assert.match(rule!.match.destination!.namedPorts![0]!, /^n:/);
    assert.deepEqual(new Set(selectors), new Set([`(${scoped} && has(a))`]));
  });

  it("knows a rule's family by its nets, and by ICMP's types", () => {
    assert.equal(compiled({ source: { nets: ["10.1.2.3/8"] } }).rule!.match.family, "ipv4");
    assert.deepEqual(compiled({ source: { nets: ["10.1.2.3/8"] } }).rule!.match.source!.nets, [
      parsePrefix("10.0.0.0/8"),
    ]);
    assert.equal(compiled({ source: { notNets: ["fd00::/8"] } }).rule!.match.family, "ipv6");
    assert.equal(compiled({ source: { nets: ["10.0.0.0/8", "fd00::/8"] } }).rule!.match.family, undefined);
    assert.equal(compiled({ ipVersion: 6 }).rule!.match.family, "ipv6");
    assert.equal(compiled({ protocol: "ICMP", icmp: { type: 8 } }).rule!.match.family, "ipv4");
    assert.equal(
      compiled({ protocol: "ICMP", ipVersion: 6, icmp: { type: 8 } }).rule,
      undefined,
      "nothing can meet it",
    );
  });

  it("knows protocols by name in any case and by number", () => {
    assert.equal(compiled({ protocol: "tcp" }).rule!.match.protocol, 6);
    assert.equal(compiled({ protocol: "UDPLite" }).rule!.match.protocol, 136);
    assert.equal(compiled({ notProtocol: 47 }).rule!.match.notProtocol, 47);
  });

  it("denies everything in place of a rule that no validation lets through", () => {
    const bad: readonly Omit<Rule, "action">[] = [
      { source: { selector: "a =" } },
      { source: { nets: ["10.0.0.0/33"] } },
      { destination: { ports: [80] } },
      { protocol: "UDPLite", destination: { ports: [80] } },
      { protocol: "nonsense" },
      { icmp: { type: 8 } },
    ];
    for (const rule of bad) {
      const { rules } = compileRules(owner, "ingress", [{ action: "Allow", ...rule }]);
      assert.deepEqual(
        rules,
        [{ match: {}, action: "deny", origin: { ...owner, direction: "ingress", index: 0 } }],
        JSON.stringify(rule),
      );
    }
  });

  it("leaves out rules about HTTP but keeps the others' places", () => {
    const { rules } = compileRules(owner, "egress", [
      { action: "Allow", http: { methods: ["GET"] } },
      { action: "Pass" },
    ]);
    assert.deepEqual(rules, [{ match: {}, action: "pass", origin: { ...owner, direction: "egress", index: 1 } }]);
  });
});
