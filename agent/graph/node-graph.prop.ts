import assert from "node:assert/strict";
import fc from "fast-check";
import type { WorkloadEndpoint } from "../../datastore/model/workload-endpoint.ts";
import type { Change } from "../../lib/change.ts";
import { parsePrefix, prefixKey } from "../../net/prefix.ts";
import { NodeGraph, type NodeOutput } from "./node-graph.ts";

const apiVersion = "projectcalico.org/v3" as const;
type Feed = (graph: NodeGraph) => void;

/** One input: which table, which row, and the value, absent when the row goes. */
interface Step {
  readonly row: string;
  readonly feed: Feed;
}

function step<V>(
  table: string,
  key: string,
  value: V | undefined,
  give: (graph: NodeGraph, change: Change<string, V>) => void,
): Step {
  const change: Change<string, V> = value === undefined ? { kind: "delete", key } : { kind: "set", key, value };
  return { row: `${table} ${key}`, feed: (graph) => give(graph, change) };
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const address = fc.constantFrom("10.0.0.1/32", "10.0.0.2/32", "10.0.1.1/32", "fd00::1/128");
const endpoint = fc.record({
  name: fc.constantFrom("a", "b", "c"),
  node: fc.constantFrom("n1", "n2"),
  iface: fc.constantFrom("cali1", "cali2"),
  ips: fc.uniqueArray(address, { maxLength: 2 }),
  mac: fc.constantFrom("", "aa:aa:aa:aa:aa:aa"),
});
const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.constantFrom("a", "b", "c"), maybe(endpoint)).map(([name, e]) =>
    step<WorkloadEndpoint>(
      "endpoint",
      `ns/${name}`,
      e && {
        kind: "WorkloadEndpoint",
        apiVersion,
        metadata: { name, namespace: "ns" },
        spec: { node: e.node, interfaceName: e.iface, ipNetworks: e.ips, mac: e.mac },
      },
      (g, c) => g.onEndpoint(c),
    ),
  ),
  fc
    .tuple(fc.constantFrom("cali1", "cali2"), maybe(fc.tuple(fc.constantFrom(7, 8), fc.boolean())))
    .map(([name, l]) => step("link", name, l && { name, ifindex: l[0], up: l[1] }, (g, c) => g.onLink(c))),
  fc
    .tuple(fc.constantFrom("10.0.0.0/26", "10.0.1.0/26", "fd00::/122"), fc.boolean())
    .map(([b, there]) => step("block", b, there ? parsePrefix(b)! : undefined, (g, c) => g.onBlock(c))),
  fc.tuple(fc.constantFrom("p4", "p6"), maybe(fc.boolean())).map(([name, hidden]) =>
    step(
      "pool",
      name,
      hidden === undefined
        ? undefined
        : {
            kind: "IPPool" as const,
            apiVersion,
            metadata: { name },
            spec: { cidr: name === "p4" ? "10.0.0.0/16" : "fd00::/48", disableBGPExport: hidden },
          },
      (g, c) => g.onPool(c),
    ),
  ),
  fc.tuple(fc.constantFrom("n1", "n2", "n3"), maybe(fc.nat(3))).map(([name, n]) =>
    step(
      "node",
      name,
      n === undefined
        ? undefined
        : {
            kind: "Node" as const,
            apiVersion,
            metadata: { name },
            spec: { bgp: { ipv4Address: `192.168.0.${n + 1}` } },
          },
      (g, c) => g.onNode(c),
    ),
  ),
  fc.tuple(fc.constantFrom("t1", "t2"), maybe(fc.constantFrom("192.168.0.9", "192.168.0.2"))).map(([name, ip]) =>
    step(
      "peering",
      name,
      ip && {
        kind: "BGPPeer" as const,
        apiVersion,
        metadata: { name },
        spec: { peerIP: ip, asNumber: 65000, filters: ["f1"] },
      },
      (g, c) => g.onPeering(c),
    ),
  ),
  maybe(fc.constantFrom("Accept" as const, "Reject" as const)).map((action) =>
    step(
      "filter",
      "f1",
      action && {
        kind: "BGPFilter" as const,
        apiVersion,
        metadata: { name: "f1" },
        spec: { importV4: [{ action }] },
      },
      (g, c) => g.onFilter(c),
    ),
  ),
  fc.tuple(fc.constantFrom("default", "node.n1"), maybe(fc.boolean())).map(([name, mesh]) =>
    step(
      "configuration",
      name,
      mesh === undefined
        ? undefined
        : {
            kind: "BGPConfiguration" as const,
            apiVersion,
            metadata: { name },
            spec: { nodeToNodeMeshEnabled: mesh },
          },
      (g, c) => g.onConfiguration(c),
    ),
  ),
);

/** Everything that listeners of the graph hold after its turns. */
class Held {
  readonly tables = new Map<string, Map<string, unknown>>();
  self: unknown;
  hear(output: NodeOutput): void {
    for (const name of ["endpoints", "routes", "neighbours", "interfaces", "announcements", "peers"] as const) {
      const table = this.tables.get(name) ?? new Map<string, unknown>();
      this.tables.set(name, table);
      for (const change of output[name]) {
        if (change.kind === "set") table.set(change.key, change.value);
        else assert.ok(table.delete(change.key), `deleted ${change.key} twice`);
      }
    }
    this.self = output.self ?? this.self;
  }
  get state(): unknown {
    return {
      self: this.self,
      tables: [...this.tables].map(([name, table]) => [name, [...table].sort(([x], [y]) => (x < y ? -1 : 1))]),
    };
  }
}

function outcome(history: readonly Step[], turnEvery: number): unknown {
  const graph = new NodeGraph({ nodeName: "n1", routerId: undefined });
  const held = new Held();
  for (const [i, { feed }] of history.entries()) {
    feed(graph);
    if (i % turnEvery === 0) held.hear(graph.turn());
  }
  held.hear(graph.turn());
  assert.deepEqual(graph.turn(), {
    endpoints: [],
    routes: [],
    neighbours: [],
    interfaces: [],
    announcements: [],
    peers: [],
    pools: undefined,
    self: undefined,
  });
  return held.state;
}

describe("what a node should have", () => {
  it("follows from where we are, never from how we came: any history equals its end, told afresh and backwards", () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 40 }), fc.integer({ min: 1, max: 7 }), (history, turnEvery) => {
        const last = new Map<string, Step>();
        for (const s of history) {
          last.delete(s.row);
          last.set(s.row, s);
        }
        assert.deepEqual(outcome(history, turnEvery), outcome([...last.values()].reverse(), 1000));
      }),
      { numRuns: 400 },
    );
  });

  it("shows itself to whoever asks", () => {
    const graph = new NodeGraph({ nodeName: "n1", routerId: "9.9.9.9" });
    graph.setIpv6(false);
    graph.onBlock({ kind: "set", key: "fd00::/122", value: parsePrefix("fd00::/122")! });
    graph.onConfiguration({
      kind: "set",
      key: "node.n1",
      value: {
        kind: "BGPConfiguration",
        apiVersion,
        metadata: { name: "node.n1" },
        spec: { listenPort: 1790, asNumber: 7 },
      },
    });
    assert.equal(graph.turn().routes.length, 0, "IPv6 is off");
    assert.deepEqual(graph.settings, { listenPort: 1790 });
    assert.equal(graph.self?.routerId, "9.9.9.9");
    assert.deepEqual([...graph.blocks.values()].map(prefixKey), ["fd00::/122"]);
    assert.deepEqual(
      [graph.endpoints.size, graph.routes.size, graph.neighbours.size, graph.peers.size, graph.nodes.size],
      [0, 0, 0, 0, 0],
    );
  });
});
