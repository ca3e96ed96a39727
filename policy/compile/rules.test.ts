import assert from "node:assert/strict";
import type { Rule } from "../../datastore/model/rule.ts";
import { parsePrefix } from "../../net/prefix.ts";
import { ALL } from "../selector/ast.ts";
import { canonicalText } from "../selector/canonical.ts";
import { selectorId, uniqueId } from "../selector/id.ts";
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
    ["notSelector confines too, and narrows what is selected", { notSelector: "has(a)" }, [`(${scoped} && !has(a))`]],
    ["notSelector alone is about everybody else, also outside", { notSelector: "has(a)" }, ["has(a)"], true],
    [
      "notSelector beside a selector is one set",
      { selector: "has(b)", notSelector: "!has(a) || c == 'd'" },
      ['(has(b) && !(!has(a) || c == "d"))'],
      true,
    ],
    ["global() in a global policy", { namespaceSelector: "global()" }, ["!has(projectcalico.org/namespace)"], true],
    [
      "a namespaceSelector of both kinds",
      { namespaceSelector: "global() || team == 't'" },
      ['(!has(projectcalico.org/namespace) || pcns.team == "t")'],
    ],
    [
      "service accounts of all, confined to namespaces",
      { serviceAccounts: { selector: "all()" }, namespaceSelector: "team == 't'" },
      ['(pcns.team == "t" && all())'],
      true,
    ],
    [
      "service accounts by name in a global policy are of any namespace",
      { serviceAccounts: { names: ["a"] } },
      ['projectcalico.org/serviceaccount in {"a"}'],
      true,
    ],
    ["empty service accounts ask for nobody in particular", { serviceAccounts: { names: [], selector: "" } }, [], true],
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

  it("asks for service accounts of both sides", () => {
    const [source, destination] = [{ serviceAccounts: { names: ["a"] } }, { serviceAccounts: { names: ["b"] } }];
    const { rule, selectors } = compiled({ source, destination }, cluster);
    assert.deepEqual(
      selectors,
      ["a", "b"].map((name) => `projectcalico.org/serviceaccount in {"${name}"}`),
    );
    assert.equal(rule!.match.source!.inSets!.length, 1);
    assert.equal(rule!.match.destination!.inSets!.length, 1);
  });

  it("needs no set of addresses where named ports say it all, and one beside numbers", () => {
    const destination = { selector: "has(a)", notSelector: "has(b)", ports: ["web"], notPorts: ["api"] };
    const only = compiled({ protocol: "TCP", destination }, cluster);
    assert.deepEqual(Object.keys(only.rule!.match.destination!), ["namedPorts", "notNamedPorts"]);
    assert.deepEqual(
      new Set(only.selectors),
      new Set(["(has(a) && !has(b))"]),
      "negated names are of those selected, too",
    );
    const mixed = compiled({ protocol: "TCP", destination: { ...destination, ports: ["web", 80] } }, cluster);
    assert.deepEqual(Object.keys(mixed.rule!.match.destination!), ["inSets", "ports", "namedPorts", "notNamedPorts"]);
    const excluded = compiled({ protocol: "TCP", destination: { notPorts: ["api", 81] } }, cluster);
    assert.deepEqual(excluded.selectors, ["all()"]);
    assert.deepEqual(Object.keys(excluded.rule!.match.destination!), ["notPorts", "notNamedPorts"]);
  });

  it("gives named ports the ids that Calico gives them, by protocol", () => {
    const ids = [6, 17, 132].map((protocol) => {
      const { rule } = compiled({ protocol, destination: { ports: ["web"] } }, cluster);
      return rule!.match.destination!.namedPorts![0]!;
    });
    assert.equal(new Set(ids).size, 3);
    assert.equal(ids[0], uniqueId("n", `${selectorId(ALL)},tcp,web`));
  });

  it("makes no difference by a rule's annotations", () => {
    const plain = compiled({ protocol: "TCP", destination: { ports: [80] } });
    const noted = compiled({ protocol: "TCP", destination: { ports: [80] }, metadata: { annotations: { a: "b" } } });
    assert.deepEqual(noted, plain);
  });

  it("asks for a protocol and for none of another at once", () => {
    assert.deepEqual(compiled({ protocol: "TCP", notProtocol: "UDPLite" }).rule!.match, {
      protocol: 6,
      notProtocol: 136,
    });
    assert.deepEqual(compiled({ notProtocol: "sctp", ipVersion: 4 }).rule!.match, { family: "ipv4", notProtocol: 132 });
  });

  it("knows SCTP's ports", () => {
    const { rule } = compiled({ protocol: "SCTP", source: { ports: ["1:9"] }, destination: { notPorts: [7] } });
    assert.deepEqual(rule!.match, {
      protocol: 132,
      source: { ports: [{ from: 1, to: 9 }] },
      destination: { notPorts: [{ from: 7, to: 7 }] },
    });
  });

  it("knows ICMP's types with and without codes, wanted and unwanted, of both families", () => {
    const icmp = { type: 3, code: 1 };
    assert.deepEqual(compiled({ protocol: "ICMP", icmp, notICMP: { type: 8 } }).rule!.match, {
      family: "ipv4",
      protocol: 1,
      icmp,
      notIcmp: { type: 8 },
    });
    assert.deepEqual(compiled({ protocol: 58, ipVersion: 6, icmp: { type: 128 } }).rule!.match, {
      family: "ipv6",
      protocol: 58,
      icmp: { type: 128 },
    });
    assert.deepEqual(compiled({ protocol: "ICMPv6", icmp: {} }).rule!.match, { protocol: 58 }, "no type is every type");
    for (const rule of [
      { protocol: "ICMPv6", ipVersion: 4, icmp: { type: 128 } },
      { protocol: "ICMPv6", icmp: { type: 128 }, source: { nets: ["10.0.0.0/8"] } },
      { protocol: "ICMP", notICMP: { type: 8 }, destination: { nets: ["fd00::/8"] } },
    ] as const)
      assert.equal(compiled(rule).rule, undefined, "a rule that mixes families matches nothing");
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
      { notICMP: { type: 8 } },
      { protocol: "TCP", icmp: { type: 8 } },
      { notProtocol: "nonsense" },
      { source: { notSelector: "a =" } },
      { source: { namespaceSelector: "(" } },
      { source: { serviceAccounts: { selector: "a" } } },
      { source: { services: { name: "s" }, nets: ["10.0.0.0/8"] } },
      { source: { services: { name: "s" }, selector: "has(a)" } },
      { protocol: "TCP", destination: { services: { name: "s" }, ports: [80] } },
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

  it("denies everything in place of a global policy's rule about a service of no namespace", () => {
    const { rule } = compiled({ destination: { services: { name: "s" } } }, cluster);
    assert.deepEqual([rule!.action, rule!.match], ["deny", {}]);
  });

  it("leaves out rules about HTTP but keeps the others' places", () => {
    const { rules } = compileRules(owner, "egress", [
      { action: "Allow", http: { methods: ["GET"] } },
      { action: "Pass" },
    ]);
    assert.deepEqual(rules, [{ match: {}, action: "pass", origin: { ...owner, direction: "egress", index: 1 } }]);
  });
});
