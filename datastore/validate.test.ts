import assert from "node:assert/strict";
import { decodeResource } from "./decode.ts";
import { calicoDump } from "./io/calico-dump.ts";
import { apiVersion, type Kind, kindCalled } from "./model/resource.ts";
import { poolOverlaps } from "./pool-overlap.ts";
import { problemText } from "./problem.ts";
import { parseResourcePath } from "./resource-key.ts";
import { validate } from "./validate.ts";

const checkSelector = (text: string) => (text.includes("!!!") ? "no selector at '!!!'" : undefined);

function object(kind: Kind, name: string, spec: unknown, namespace?: string): unknown {
  return { kind, apiVersion, metadata: { name, ...(namespace && { namespace }) }, spec };
}

/** The problems of an object, as texts without the object's name. */
function problems(value: unknown): readonly string[] {
  const result = validate(value, checkSelector);
  return result.ok ? [] : result.problems.map((problem) => problemText(problem).replace(/^[^:]*: /, ""));
}

const gnp = (spec: object) => object("GlobalNetworkPolicy", "web", spec);
const rule = (fields: object) => gnp({ ingress: [{ action: "Allow", ...fields }] });

describe("validate", () => {
  it("takes everything that Calico wrote", () => {
    for (const { key, value } of calicoDump()) {
      const resource = parseResourcePath(key);
      if (!resource) continue;
      assert.deepEqual(problems(JSON.parse(value)), [], key);
    }
  });

  it("names the object, the field, the value, and what would be right", () => {
    const result = validate(object("IPPool", "p1", { cidr: "10.0.0.1/16" }), checkSelector);
    assert(!result.ok);
    assert.deepEqual(result.problems.map(problemText), [
      "IPPool(p1): spec.cidr = '10.0.0.1/16': host bits are set; 10.0.0.0/16 would be right",
    ]);
    const missing = validate(object("NetworkPolicy", "web", {}), checkSelector);
    assert(!missing.ok);
    assert.deepEqual(missing.problems.map(problemText), [
      "NetworkPolicy(web): metadata.namespace is missing: a text is wanted",
    ]);
  });

  it("tells all problems at once, unknown fields too", () => {
    const found = problems(object("IPPool", "p1", { cidr: "10.0.0.1/16", ipipmode: "Always", natOutgoing: "yes" }));
    assert.deepEqual([...found].sort(), [
      "spec.cidr = '10.0.0.1/16': host bits are set; 10.0.0.0/16 would be right",
      "spec.ipipmode = 'Always': there is no such field; ipipMode would be right",
      "spec.natOutgoing = 'yes': true or false is wanted",
    ]);
  });

  it("knows kinds and versions", () => {
    assert.deepEqual(problems(3), ["an object with kind and metadata is wanted"]);
    assert.match(problems({ kind: "ippool", metadata: { name: "x" } })[0]!, /kind = 'ippool': 'IPPool' would be right/);
    assert.match(
      problems({ kind: "Node", apiVersion: "v1", metadata: {} })[0]!,
      /apiVersion = 'v1': 'projectcalico.org\/v3'/,
    );
    assert.equal(kindCalled("GNP"), "GlobalNetworkPolicy");
    assert.equal(kindCalled("networkpolicies"), "NetworkPolicy");
    assert.equal(kindCalled("pods"), undefined);
  });

  it("counts null as absent, and an absent spec as empty", () => {
    assert.deepEqual(
      problems({ kind: "Profile", apiVersion, metadata: { name: "p", creationTimestamp: null, labels: null } }),
      [],
    );
  });
});

describe("validate, pools", () => {
  const pool = (spec: object) => problems(object("IPPool", "p", spec));
  const rows: readonly (readonly [string, object, RegExp | undefined])[] = [
    ["plain", { cidr: "10.0.0.0/16" }, undefined],
    ["IPv6", { cidr: "fd00::/48", blockSize: 122 }, undefined],
    ["a block as large as the pool", { cidr: "10.0.0.0/26" }, undefined],
    ["smaller than a block", { cidr: "10.0.0.0/27" }, /smaller than a block \(\/26\)/],
    ["smaller than a block but disabled", { cidr: "10.0.0.0/27", disabled: true }, undefined],
    ["IPv6 block size out of range", { cidr: "fd00::/48", blockSize: 64 }, /116 to 128/],
    ["link-local", { cidr: "169.254.8.0/24" }, /link-local/],
    ["both encapsulations", { cidr: "10.0.0.0/16", ipipMode: "Always", vxlanMode: "CrossSubnet" }, /only one of/],
    ["IPIP for IPv6", { cidr: "fd00::/48", ipipMode: "Always" }, /IPv6 wants Never/],
    ["load balancer beside others", { cidr: "10.0.0.0/16", allowedUses: ["LoadBalancer", "Workload"] }, /stand alone/],
    ["no CIDR", {}, /spec.cidr is missing/],
    ["no length", { cidr: "10.0.0.0" }, /10.0.0.0\/32 would be right/],
    ["global() in nodeSelector", { cidr: "10.0.0.0/16", nodeSelector: "global()" }, /namespaceSelector/],
  ];
  for (const [what, spec, expected] of rows) {
    it(`${expected ? "refuses" : "takes"}: ${what}`, () => {
      const found = pool(spec);
      if (expected) assert.match(found.join("\n"), expected);
      else assert.deepEqual(found, []);
    });
  }

  it("finds pools that overlap, but not with themselves", () => {
    const made = (name: string, cidr: string) => {
      const result = validate(object("IPPool", name, { cidr }), checkSelector);
      assert(result.ok && result.resource.kind === "IPPool");
      return result.resource;
    };
    const others = [made("a", "10.0.0.0/16"), made("b", "10.1.0.0/16")];
    assert.deepEqual(poolOverlaps(made("a", "10.0.0.0/16"), others), []);
    assert.deepEqual(poolOverlaps(made("c", "10.1.128.0/24"), others).map(problemText), [
      "IPPool(c): spec.cidr = '10.1.128.0/24': overlaps IPPool(b), 10.1.0.0/16; a CIDR outside it would be right",
    ]);
  });
});

describe("validate, rules", () => {
  const rows: readonly (readonly [string, object, RegExp | undefined])[] = [
    ["ports with TCP", { protocol: "TCP", destination: { ports: [80, "8000:8100", "http"] } }, undefined],
    [
      "ports without protocol",
      { destination: { ports: [80] } },
      /ingress\[0\].destination.ports.*protocol TCP, UDP or SCTP/,
    ],
    ["notPorts with ICMP", { protocol: "ICMP", source: { notPorts: [1] } }, /source.notPorts/],
    ["a range upside down", { protocol: "TCP", destination: { ports: ["9:8"] } }, /ports\[0\] = '9:8'/],
    ["protocol number as text", { protocol: "47" }, undefined],
    ["protocol 0", { protocol: 0 }, /at least 1/],
    ["protocol unknown", { protocol: "tcpp" }, /TCP, UDP, ICMP/],
    ["ICMP type with ICMP", { protocol: "ICMP", icmp: { type: 8, code: 0 } }, undefined],
    ["ICMP without protocol", { icmp: { type: 8 } }, /needs protocol ICMP/],
    ["ICMP code alone", { protocol: "ICMP", icmp: { code: 1 } }, /a code needs a type/],
    ["ICMPv6 in IPv4", { protocol: "ICMPv6", ipVersion: 4 }, /wants ICMP/],
    ["mixed families", { source: { nets: ["10.0.0.0/8", "fd00::/8"] } }, /mix IPv4 and IPv6/],
    ["nets against ipVersion", { ipVersion: 6, source: { nets: ["10.0.0.0/8"] } }, /ipVersion is 6/],
    ["notNets of everything", { source: { notNets: ["0.0.0.0/0"] } }, /leaves nothing/],
    [
      "services beside nets",
      { source: { services: { name: "s", namespace: "n" }, nets: ["10.0.0.0/8"] } },
      /beside services/,
    ],
    ["http with Deny", { action: "Deny", protocol: "TCP", http: { methods: ["GET"] } }, /needs action Allow/],
    ["an unknown action", { action: "Permit" }, /Allow, Deny, Log, Pass are possible/],
    ["a bad selector", { source: { selector: "!!!" } }, /ingress\[0\].source.selector = '!!!': no selector/],
    [
      "more nets than Calico takes",
      { source: { nets: Array(257).fill("10.0.0.0/8") } },
      /source.nets.*at most 256 entries/,
    ],
    [
      "more ports than Calico takes",
      { protocol: "TCP", source: { ports: Array(51).fill(1) } },
      /source.ports.*at most 50/,
    ],
    ["a too long selector", { source: { selector: "a".repeat(1025) } }, /at most 1024 characters/],
  ];
  for (const [what, fields, expected] of rows) {
    it(`${expected ? "refuses" : "takes"}: ${what}`, () => {
      const found = problems(rule(fields));
      if (expected) assert.match(found.join("\n"), expected);
      else assert.deepEqual(found, []);
    });
  }

  it("checks the fields of global policies against each other", () => {
    assert.match(problems(gnp({ doNotTrack: true })).join(), /needs applyOnForward/);
    assert.match(
      problems(gnp({ preDNAT: true, applyOnForward: true, egress: [{ action: "Allow" }] })).join(),
      /no egress/,
    );
    assert.match(problems(gnp({ types: ["Ingress", "Ingress"] })).join(), /once/);
    assert.match(problems(gnp({ selector: "x == 'global()' || global()" })).join(), /namespaceSelector/);
    assert.deepEqual(problems(gnp({ selector: "x == 'global()'", namespaceSelector: "y == 'global()'" })), []);
    assert.match(problems(gnp({ namespaceSelector: "global()" })).join(), /namespaceSelector of a rule/);
  });
});

describe("validate, names", () => {
  const policy = (name: string, tier?: string) => problems(object("GlobalNetworkPolicy", name, tier ? { tier } : {}));
  it("wants a policy's name to begin with its tier", () => {
    assert.deepEqual([policy("web"), policy("default.web"), policy("sec.web", "sec")], [[], [], []]);
    assert.match(policy("web", "sec").join(), /'sec.web' would be right/);
    assert.match(policy("other.web", "sec").join(), /'sec.web' would be right/);
    assert.match(policy("Web").join(), /lower case/);
  });

  it("has one rule a kind", () => {
    assert.match(problems(object("Tier", "a.b", {})).join(), /one label/);
    assert.match(problems(object("ClusterInformation", "x", {})).join(), /only one, 'default'/);
    assert.match(problems(object("Profile", "projectcalico-default-allow", {})).join(), /built in/);
    assert.match(problems(object("Node", "n1", {}, "prod")).join(), /belongs to the whole cluster/);
    assert.match(problems(object("Node", `${"a".repeat(254)}`, {})).join(), /at most 253/);
    const endpoint = { node: "n1", orchestrator: "k8s", pod: "p-1", endpoint: "eth0" };
    assert.deepEqual(problems(object("WorkloadEndpoint", "n1-k8s-p--1-eth0", endpoint, "prod")), []);
    assert.match(
      problems(object("WorkloadEndpoint", "n1-k8s-p-1-eth0", endpoint, "prod")).join(),
      /'n1-k8s-p--1-eth0' would be/,
    );
  });
});

describe("validate, peers and others", () => {
  const rows: readonly (readonly [Kind, object, RegExp | undefined])[] = [
    ["BGPPeer", { peerIP: "10.0.0.1", asNumber: 64512 }, undefined],
    ["BGPPeer", { peerIP: "[fd00::1]:179", asNumber: "64512.1" }, undefined],
    ["BGPPeer", { peerIP: "10.0.0.1", asNumber: 1, node: "n", nodeSelector: "all()" }, /beside node/],
    ["BGPPeer", { peerIP: "10.0.0.1", asNumber: 1, peerSelector: "all()" }, /beside peerIP/],
    ["BGPPeer", { peerSelector: "all()", asNumber: 1 }, /peers' own counts/],
    ["BGPPeer", {}, /one of peerIP and peerSelector/],
    ["BGPPeer", { peerIP: "10.0.0.1" }, /needs an AS number/],
    ["BGPPeer", { peerIP: "10.0.0.1:99999", asNumber: 1 }, /a.b.c.d:port/],
    ["BGPPeer", { peerIP: "10.0.0.1", asNumber: 1, reachableBy: "fd00::1" }, /address family/],
    ["BGPPeer", { peerIP: "10.0.0.1", asNumber: 4294967296 }, /4294967295/],
    ["BGPPeer", { peerIP: "10.0.0.1", asNumber: 1, keepaliveTime: "3 s" }, /duration/],
    ["BGPConfiguration", { communities: [{ name: "a", value: "1:2" }] }, /needs prefixAdvertisements/],
    ["BGPConfiguration", { listenPort: 0 }, /at least 1/],
    ["BGPFilter", { importV4: [{ action: "Accept", cidr: "10.0.0.0/8" }] }, /cidr needs it/],
    ["BGPFilter", { importV4: [{ action: "Accept", cidr: "fd00::/8", matchOperator: "In" }] }, /IPv4/],
    ["HostEndpoint", { node: "n1" }, /this or expectedIPs/],
    ["HostEndpoint", { node: "n1", interfaceName: "*" }, undefined],
    ["Node", { bgp: {} }, /left out/],
    ["Node", { bgp: { ipv4Address: "fd00::1/64" } }, /IPv4/],
    ["FelixConfiguration", { logSeverityScren: "Info" }, /no such field/],
    ["FelixConfiguration", { reportingInterval: "0s", ipv6Support: false }, undefined],
    ["CalicoNodeStatus", { updatePeriodSeconds: 86401 }, /at most 86400/],
  ];
  for (const [kind, spec, expected] of rows) {
    it(`${expected ? "refuses" : "takes"} ${kind} ${JSON.stringify(spec)}`, () => {
      const found = problems(object(kind, "x", spec));
      if (expected) assert.match(found.join("\n"), expected);
      else assert.deepEqual(found, []);
    });
  }
});

describe("decodeResource", () => {
  it("understands everything that Calico wrote", () => {
    for (const { key, value } of calicoDump()) {
      const resource = parseResourcePath(key);
      if (!resource) continue;
      const decoded = decodeResource(resource, value);
      assert(decoded.ok, key);
      assert.equal(JSON.stringify(decoded.value), value);
    }
  });

  it("tolerates fields of the future, null and a missing spec", () => {
    const key = { kind: "IPPool", name: "p" } as const;
    const spec = { cidr: "10.0.0.0/16", future: { x: 1 }, nodeSelector: null };
    const decoded = decodeResource(key, JSON.stringify({ ...(object("IPPool", "p", spec) as object), more: 1 }));
    assert(decoded.ok);
    assert.deepEqual(decoded.value.spec, { cidr: "10.0.0.0/16" });
    const profile = decodeResource(
      { kind: "Profile", name: "p" },
      JSON.stringify({ kind: "Profile", apiVersion, metadata: { name: "p" } }),
    );
    assert(profile.ok && profile.value.spec.ingress === undefined);
  });

  it("takes more nets than people may write: older Calicos had no limit", () => {
    const spec = { ingress: [{ action: "Deny", source: { nets: Array(5000).fill("10.0.0.0/8") } }] };
    assert(decodeResource({ kind: "GlobalNetworkPolicy", name: "web" }, JSON.stringify(gnp(spec))).ok);
    assert.match(
      problems(gnp({ ingress: Array(1025).fill({ action: "Allow" }) })).join(),
      /spec.ingress.*at most 1024/,
    );
  });

  it("counts what is malformed as absent, with the reason", () => {
    const key = { kind: "IPPool", name: "p" } as const;
    for (const text of ["", "null", "[]", "{", '{"kind":"Node"}', JSON.stringify(object("IPPool", "p", { cidr: 7 }))]) {
      const decoded = decodeResource(key, text);
      assert(!decoded.ok && decoded.problems.length > 0 && decoded.problems[0]!.object === "IPPool(p)", text);
    }
  });
});
