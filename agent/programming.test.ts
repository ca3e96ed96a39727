import assert from "node:assert/strict";
import { parseAddress } from "../net/address-text.ts";
import { parsePrefix, prefixKey } from "../net/prefix.ts";
import { PolicyGraph } from "../policy/graph/policy-graph.ts";
import { NodeGraph, type NodeOutput } from "./graph/node-graph.ts";
import { type Drivers, Programming } from "./programming.ts";

/** Drivers that write down what is asked of them; the ruleset answers when told. */
function setUp() {
  const log: string[] = [];
  const rules: (() => void)[] = [];
  const drivers: Drivers = {
    fib: {
      want: (prefix, path) => void log.push(`route ${prefixKey(prefix)} ${path.type} ${path.scope}`),
      unwant: (prefix) => void log.push(`no route ${prefixKey(prefix)}`),
      allowDeletes: () => void log.push("routes may go"),
      settled: async () => {},
    },
    neighbours: {
      want: (key) => void log.push(`neighbour ${key}`),
      unwant: (key) => void log.push(`no neighbour ${key}`),
      allowDeletes: () => void log.push("neighbours may go"),
      settled: async () => {},
      resync: () => void log.push("look at neighbours"),
    },
    sysctls: {
      want: (path, value) => void log.push(`${path.join("/")} = ${value}`),
      unwant: () => {},
    },
    dataplane: {
      apply: () => void log.push("policy"),
      commit: () => {
        log.push("rules asked");
        return new Promise((resolve) => rules.push(resolve));
      },
      allowDeletes: () => void log.push("rules may go"),
    },
  };
  return { log, rules, programming: new Programming(drivers) };
}

const policy = new PolicyGraph("n1").flush();
const empty = new NodeGraph({ nodeName: "n1", routerId: undefined }).turn();
const prefix = parsePrefix("10.65.0.1/32")!;
const link = { name: "cali1", ifindex: 7, up: true };
const route = { kind: "workload", prefix, ifindex: 7, interfaceName: "cali1", endpoint: "ns/a" } as const;
const neighbour = { ifindex: 7, address: parseAddress("10.65.0.1")!, mac: "02:00:00:00:00:01" };

function output(parts: Partial<NodeOutput>): NodeOutput {
  return { ...empty, routes: [], neighbours: [], interfaces: [], ...parts };
}
const appears = output({
  routes: [{ kind: "set", key: "10.65.0.1/32", value: route }],
  neighbours: [{ kind: "set", key: "7 10.65.0.1", value: neighbour }],
  interfaces: [{ kind: "set", key: "cali1", value: link as never }],
});

describe("what a turn does to the kernel", () => {
  it("sets the interface and the rules first, routes when the rules stand, then tells, then lets go", async () => {
    const { log, rules, programming } = setUp();
    programming.begin(false);
    assert.deepEqual(log.splice(0), ["net/ipv4/ip_forward = 1", "rules may go"]);
    const done = programming.apply(appears, policy, () => log.push("ruled"));
    const early = log.splice(0);
    assert.ok(early.indexOf("net/ipv4/conf/cali1/forwarding = 1") < early.indexOf("rules asked"), early.join());
    assert.ok(!early.some((line) => /^(route|neighbour) /.test(line)));
    rules[0]!();
    await done;
    assert.deepEqual(log, [
      "neighbour 7 10.65.0.1",
      "route 10.65.0.1/32 unicast link",
      "ruled",
      "routes may go",
      "neighbours may go",
    ]);
  });

  it("sets IPv6 only when there is IPv6", () => {
    const [without, withIt] = [setUp(), setUp()];
    without.programming.begin(false);
    withIt.programming.begin(true);
    void without.programming.apply(appears, policy, () => {});
    void withIt.programming.apply(appears, policy, () => {});
    assert.ok(!without.log.some((line) => line.includes("forwarding") && line.includes("ipv6")));
    assert.ok(withIt.log.includes("net/ipv6/conf/all/forwarding = 1"));
    assert.ok(withIt.log.includes("net/ipv6/conf/cali1/forwarding = 1"));
  });

  it("keeps the order of turns, also when the rules take long", async () => {
    const { log, rules, programming } = setUp();
    programming.begin(false);
    const first = programming.apply(appears, policy, () => log.push("first"));
    const gone = output({
      routes: [{ kind: "delete", key: "10.65.0.1/32" }],
      neighbours: [{ kind: "delete", key: "7 10.65.0.1" }],
      interfaces: [{ kind: "delete", key: "cali1" }],
    });
    const second = programming.apply(gone, policy, () => log.push("second"));
    for (const answer of rules) answer();
    await Promise.all([first, second]);
    const kept = log.filter((line) => /^(no )?route |first|second/.test(line));
    assert.deepEqual(kept, ["route 10.65.0.1/32 unicast link", "first", "no route 10.65.0.1/32", "second"]);
  });

  it("looks at neighbours again only when an interface that it knew changes", () => {
    const { log, programming } = setUp();
    programming.begin(false);
    void programming.apply(appears, policy, () => {});
    assert.ok(!log.includes("look at neighbours"));
    void programming.apply(appears, policy, () => {});
    assert.equal(log.filter((line) => line === "look at neighbours").length, 1);
  });

  it("makes a block a blackhole", async () => {
    const { log, rules, programming } = setUp();
    const block = parsePrefix("10.65.0.0/26")!;
    const value = { kind: "blackhole", prefix: block } as const;
    const done = programming.apply(output({ routes: [{ kind: "set", key: "x", value }] }), policy, () => {});
    rules[0]!();
    await done;
    assert.ok(log.includes("route 10.65.0.0/26 blackhole universe"));
  });
});
