import assert from "node:assert/strict";
import { networkPolicySchema } from "../../datastore/model/network-policy.ts";
import { convertNetworkPolicy } from "./convert.ts";
import type { KubernetesPolicySpec, KubernetesRule } from "./kubernetes-policy.ts";

const pods = "projectcalico.org/orchestrator == 'k8s'";

function convert(spec: KubernetesPolicySpec) {
  const { policy, faults } = convertNetworkPolicy({ metadata: { name: "p", namespace: "shop" }, spec });
  const parsed = networkPolicySchema.safeParse(policy);
  assert.ok(parsed.success, JSON.stringify(parsed.error));
  return { spec: policy.spec, faults: faults.map(({ field }) => field) };
}

/** The ingress rules that a Kubernetes rule becomes. */
const ingress: readonly (readonly [name: string, rule: KubernetesRule, expected: readonly object[]])[] = [
  ["an empty rule is everybody", {}, [{ action: "Allow" }]],
  ["an empty list of peers is everybody", { from: [] }, [{ action: "Allow" }]],
  ["absent lists, as Go writes them, are empty ones", { from: null, ports: null }, [{ action: "Allow" }]],
  [
    "an empty peer is every pod of the policy's namespace",
    { from: [{}] },
    [{ action: "Allow", source: { selector: pods } }],
  ],
  [
    "an empty podSelector is every pod of the policy's namespace",
    { from: [{ podSelector: {} }] },
    [{ action: "Allow", source: { selector: pods } }],
  ],
  [
    "labels in the order of their names",
    { from: [{ podSelector: { matchLabels: { role: "web", app: "a" } } }] },
    [{ action: "Allow", source: { selector: `${pods} && app == 'a' && role == 'web'` } }],
  ],
  [
    "expressions after the labels, in their own order",
    {
      from: [
        {
          podSelector: {
            matchLabels: { z: "y" },
            matchExpressions: [
              { key: "k", operator: "NotIn", values: ["b", "a"] },
              { key: "a", operator: "In", values: ["x"] },
              { key: "e", operator: "Exists" },
              { key: "d", operator: "DoesNotExist" },
            ],
          },
        },
      ],
    },
    [
      {
        action: "Allow",
        source: { selector: `${pods} && z == 'y' && k not in { 'b', 'a' } && a in { 'x' } && has(e) && ! has(d)` },
      },
    ],
  ],
  [
    "an empty namespaceSelector is every namespace",
    { from: [{ namespaceSelector: {} }] },
    [{ action: "Allow", source: { selector: pods, namespaceSelector: "all()" } }],
  ],
  [
    "both selectors: those pods of those namespaces",
    { from: [{ namespaceSelector: { matchLabels: { team: "t" } }, podSelector: { matchLabels: { app: "a" } } }] },
    [{ action: "Allow", source: { selector: `${pods} && app == 'a'`, namespaceSelector: "team == 't'" } }],
  ],
  [
    "a namespaceSelector of expressions alone",
    { from: [{ namespaceSelector: { matchExpressions: [{ key: "team", operator: "Exists" }] } }] },
    [{ action: "Allow", source: { selector: pods, namespaceSelector: "has(team)" } }],
  ],
  [
    "each peer by itself",
    { from: [{ podSelector: { matchLabels: { app: "a" } } }, { namespaceSelector: {} }] },
    [
      { action: "Allow", source: { selector: `${pods} && app == 'a'` } },
      { action: "Allow", source: { selector: pods, namespaceSelector: "all()" } },
    ],
  ],
  [
    "a block, its host bits cleared, with what it excepts",
    { from: [{ ipBlock: { cidr: "10.1.2.3/8", except: ["10.9.9.9/16", "10.8.0.0/16"] } }] },
    [{ action: "Allow", source: { nets: ["10.0.0.0/8"], notNets: ["10.9.0.0/16", "10.8.0.0/16"] } }],
  ],
  [
    "a block of IPv6",
    { from: [{ ipBlock: { cidr: "2001:DB8::/32" } }] },
    [{ action: "Allow", source: { nets: ["2001:db8::/32"] } }],
  ],
  ["a port", { ports: [{ port: 80 }] }, [{ action: "Allow", protocol: "TCP", destination: { ports: [80] } }]],
  [
    "a port as text is a number",
    { ports: [{ port: "80", protocol: "UDP" }] },
    [{ action: "Allow", protocol: "UDP", destination: { ports: [80] } }],
  ],
  [
    "a port by name",
    { ports: [{ port: "http" }] },
    [{ action: "Allow", protocol: "TCP", destination: { ports: ["http"] } }],
  ],
  ["a protocol without a port", { ports: [{ protocol: "SCTP" }] }, [{ action: "Allow", protocol: "SCTP" }]],
  ["an empty port is TCP, all of it", { ports: [{}] }, [{ action: "Allow", protocol: "TCP" }]],
  [
    "a range",
    { ports: [{ port: 32000, endPort: 32768 }] },
    [{ action: "Allow", protocol: "TCP", destination: { ports: ["32000:32768"] } }],
  ],
  [
    "a range of one",
    { ports: [{ port: 80, endPort: 80 }] },
    [{ action: "Allow", protocol: "TCP", destination: { ports: [80] } }],
  ],
  [
    "neighbouring, doubled and overlapping ports together, names in front",
    {
      ports: [
        { port: 82 },
        { port: "web" },
        { port: 80 },
        { port: 81 },
        { port: 80 },
        { port: 9090 },
        { port: 85, endPort: 90 },
        { port: 88 },
      ],
    },
    [{ action: "Allow", protocol: "TCP", destination: { ports: ["web", "80:82", "85:90", 9090] } }],
  ],
  [
    "one number among names stays where it stands",
    { ports: [{ port: 80 }, { port: "web" }, { port: "api" }] },
    [{ action: "Allow", protocol: "TCP", destination: { ports: [80, "web", "api"] } }],
  ],
  [
    "a rule for each protocol, in the order of their names",
    { ports: [{ port: 53, protocol: "UDP" }, { port: 53 }, { port: 7, protocol: "SCTP" }] },
    [
      { action: "Allow", protocol: "SCTP", destination: { ports: [7] } },
      { action: "Allow", protocol: "TCP", destination: { ports: [53] } },
      { action: "Allow", protocol: "UDP", destination: { ports: [53] } },
    ],
  ],
  [
    "all ports of a protocol, once said, in whatever place",
    { ports: [{ port: 80 }, { protocol: "TCP" }, { port: 81 }, { port: 53, protocol: "UDP" }] },
    [
      { action: "Allow", protocol: "TCP" },
      { action: "Allow", protocol: "UDP", destination: { ports: [53] } },
    ],
  ],
  [
    "every protocol with every peer",
    {
      from: [{ podSelector: {} }, { ipBlock: { cidr: "10.0.0.0/8" } }],
      ports: [{ port: 80 }, { port: 53, protocol: "UDP" }],
    },
    [
      { action: "Allow", protocol: "TCP", source: { selector: pods }, destination: { ports: [80] } },
      { action: "Allow", protocol: "TCP", source: { nets: ["10.0.0.0/8"] }, destination: { ports: [80] } },
      { action: "Allow", protocol: "UDP", source: { selector: pods }, destination: { ports: [53] } },
      { action: "Allow", protocol: "UDP", source: { nets: ["10.0.0.0/8"] }, destination: { ports: [53] } },
    ],
  ],
];

describe("a NetworkPolicy of Kubernetes", () => {
  for (const [name, rule, expected] of ingress) {
    it(`becomes Calico's: ${name}`, () => {
      const { spec, faults } = convert({ ingress: [rule] });
      assert.deepEqual(spec.ingress, expected);
      assert.deepEqual(faults, []);
    });
  }

  it("puts peers and ports of egress on one side", () => {
    const { spec } = convert({
      policyTypes: ["Egress"],
      egress: [{ to: [{ ipBlock: { cidr: "10.0.0.0/8" } }], ports: [{ port: 53, protocol: "UDP" }] }],
    });
    assert.deepEqual(spec.egress, [
      { action: "Allow", protocol: "UDP", destination: { nets: ["10.0.0.0/8"], ports: [53] } },
    ]);
  });

  it("is named after its original, in the default tier with order 1000", () => {
    const { policy } = convertNetworkPolicy({ metadata: { name: "deny", namespace: "shop" }, spec: null });
    assert.deepEqual(policy, {
      kind: "NetworkPolicy",
      apiVersion: "projectcalico.org/v3",
      metadata: { name: "knp.default.deny", namespace: "shop" },
      spec: { tier: "default", order: 1000, selector: pods, types: ["Ingress"] },
    });
  });

  it("is about the directions that it says, and about Ingress alone where it says none", () => {
    const types = (spec: KubernetesPolicySpec) => convert(spec).spec.types;
    assert.deepEqual(types({}), ["Ingress"]);
    assert.deepEqual(types({ policyTypes: [] }), ["Ingress"]);
    assert.deepEqual(types({ egress: [{}] }), ["Ingress"], "who writes egress rules says so, or the API server does");
    assert.deepEqual(types({ policyTypes: ["Egress"] }), ["Egress"]);
    assert.deepEqual(types({ policyTypes: ["Egress", "Ingress"] }), ["Ingress", "Egress"]);
  });

  it("leaves out the one rule that cannot be read, and says which", () => {
    const bad: readonly (readonly [rule: KubernetesRule, field: string])[] = [
      [{ ports: [{ port: 80 }, { port: 90, endPort: 80 }] }, "spec.ingress[1].ports[1]"],
      [{ ports: [{ port: "web", endPort: 80 }] }, "spec.ingress[1].ports[0]"],
      [{ ports: [{ port: 70000 }] }, "spec.ingress[1].ports[0]"],
      [{ ports: [{ port: 1, protocol: "GRE" }] }, "spec.ingress[1].ports[0]"],
      [{ from: [{}, { ipBlock: { cidr: "10.0.0.0/33" } }] }, "spec.ingress[1].from[1]"],
      [{ from: [{ ipBlock: { cidr: "10.0.0.0/8", except: ["x"] } }] }, "spec.ingress[1].from[0]"],
      [{ from: [{ podSelector: { matchLabels: { a: "'" } } }] }, "spec.ingress[1].from[0]"],
      [{ from: [{ podSelector: { matchExpressions: [{ key: "a", operator: "Near" }] } }] }, "spec.ingress[1].from[0]"],
    ];
    for (const [rule, field] of bad) {
      const { spec, faults } = convert({ ingress: [{ ports: [{ port: 1 }] }, rule, { ports: [{ port: 2 }] }] });
      assert.deepEqual(faults, [field]);
      assert.deepEqual(
        spec.ingress!.map((each) => each.destination?.ports),
        [[1], [2]],
      );
    }
  });

  it("says when its own selector cannot be read", () => {
    const spec = { podSelector: { matchLabels: { a: "'" } } };
    const { faults } = convertNetworkPolicy({ metadata: { name: "p", namespace: "shop" }, spec });
    assert.deepEqual(
      faults.map(({ field }) => field),
      ["spec.podSelector"],
    );
  });
});
