import assert from "node:assert/strict";
import type { BGPFilter } from "../../datastore/model/bgp-filter.ts";
import type { BGPPeer } from "../../datastore/model/bgp-peer.ts";
import type { Node } from "../../datastore/model/node.ts";
import { bgpPeers } from "./bgp-peers.ts";
import type { BgpSettings } from "./bgp-settings.ts";
import { hashedRouterId, selfOf } from "./self.ts";

const apiVersion = "projectcalico.org/v3";
function node(name: string, bgp: Node["spec"]["bgp"], labels: Record<string, string> = {}): Node {
  return { kind: "Node", apiVersion, metadata: { name, labels }, spec: bgp ? { bgp } : {} };
}
const peering = (name: string, spec: BGPPeer["spec"]): BGPPeer => ({
  kind: "BGPPeer",
  apiVersion,
  metadata: { name },
  spec,
});
const cluster = [
  node("n1", { ipv4Address: "10.0.0.9/24", ipv6Address: "fd00::9/64" }, { rack: "a" }),
  node("n2", { ipv4Address: "10.0.0.10/24", ipv6Address: "fd00::10/64" }, { rack: "b" }),
  node("n3", { ipv4Address: "10.0.0.11" }, { rack: "b" }),
  node("n4", undefined),
];
function peersOf(
  name: string,
  { nodes = cluster, peerings = [] as BGPPeer[], settings = {} as BgpSettings, filters = [] as BGPFilter[] } = {},
) {
  const byName = new Map(nodes.map((n) => [n.metadata.name, n]));
  const self = selfOf(name, byName.get(name), settings, undefined);
  const named = <T extends { readonly metadata: { readonly name: string } }>(all: readonly T[]) =>
    new Map(all.map((one) => [one.metadata.name, one]));
  return bgpPeers({ self, nodes: byName, peerings: named(peerings), settings, filters: named(filters) });
}
const short = (peers: ReturnType<typeof peersOf>) =>
  [...peers.values()].map((p) => `${p.key} as${p.asn} ${p.type}${p.passive ? " passive" : ""}`).sort();

describe("BGP sessions of a node", () => {
  it("mesh with every other node in every family both have, one dialler by Calico's comparison of texts", () => {
    assert.deepEqual(short(peersOf("n1")), [
      "10.0.0.10 ipv4 as64512 node-to-node mesh",
      "10.0.0.11 ipv4 as64512 node-to-node mesh",
      "fd00::10 ipv6 as64512 node-to-node mesh",
    ]);
    assert.deepEqual(short(peersOf("n2")), [
      "10.0.0.11 ipv4 as64512 node-to-node mesh passive",
      "10.0.0.9 ipv4 as64512 node-to-node mesh passive",
      "fd00::9 ipv6 as64512 node-to-node mesh passive",
    ]);
    assert.deepEqual(short(peersOf("n4")), []);
  });

  it("have exactly one dialler for every pair of nodes", () => {
    const all = new Map(["n1", "n2", "n3"].map((name) => [name, peersOf(name)]));
    const address = { n1: "10.0.0.9", n2: "10.0.0.10", n3: "10.0.0.11" } as const;
    for (const [x, y] of [
      ["n1", "n2"],
      ["n1", "n3"],
      ["n2", "n3"],
    ] as const) {
      const ends = [all.get(x)!.get(`${address[y]} ipv4`)!, all.get(y)!.get(`${address[x]} ipv4`)!];
      assert.deepEqual(ends.map((p) => p.passive).sort(), [false, true], `${x} ${y}`);
    }
  });

  it("follow the AS number of each node, the cluster's default and its port", () => {
    const nodes = [cluster[0]!, node("n2", { ipv4Address: "10.0.0.10", asNumber: "1.1" })];
    const [peer] = peersOf("n1", { nodes, settings: { asNumber: 65001, listenPort: 1790 } }).values();
    assert.deepEqual([peer!.asn, peer!.localAsn, peer!.port], [65537, 65001, 1790]);
  });

  it("leave the mesh when it is off, and with route reflectors", () => {
    assert.deepEqual(short(peersOf("n1", { settings: { nodeToNodeMeshEnabled: false } })), []);
    const nodes = [
      ...cluster.slice(0, 2),
      node("n3", { ipv4Address: "10.0.0.11", routeReflectorClusterID: "1.0.0.1" }),
    ];
    assert.deepEqual(short(peersOf("n3", { nodes })), []);
    assert.ok(!short(peersOf("n1", { nodes })).some((line) => line.includes("10.0.0.11")));
  });

  it("with a stranger are global, by node or by selector, and dial", () => {
    const tor = { peerIP: "10.0.0.254", asNumber: 65000 };
    const settings = { nodeToNodeMeshEnabled: false };
    assert.deepEqual(short(peersOf("n1", { settings, peerings: [peering("tor", tor)] })), [
      "10.0.0.254 ipv4 as65000 global",
    ]);
    assert.deepEqual(short(peersOf("n1", { settings, peerings: [peering("tor", { ...tor, node: "n2" })] })), []);
    const byRack = [peering("tor", { ...tor, peerIP: "[fd00::fe]:1179", nodeSelector: "rack == 'a'" })];
    const [peer] = peersOf("n1", { settings, peerings: byRack }).values();
    assert.deepEqual(
      [peer!.key, peer!.port, peer!.passive, peer!.type],
      ["fd00::fe ipv6", 1179, false, "node specific"],
    );
    assert.equal(peersOf("n2", { settings, peerings: byRack }).size, 0);
  });

  it("chosen by peerSelector come to both ends, unless reverse peering is manual", () => {
    const settings = { nodeToNodeMeshEnabled: false };
    const spec: BGPPeer["spec"] = { nodeSelector: "rack == 'a'", peerSelector: "rack == 'b'" };
    assert.deepEqual(short(peersOf("n1", { settings, peerings: [peering("p", spec)] })).length, 3);
    assert.deepEqual(short(peersOf("n3", { settings, peerings: [peering("p", spec)] })), [
      "10.0.0.9 ipv4 as64512 node specific passive",
    ]);
    assert.equal(peersOf("n3", { settings, peerings: [peering("p", { ...spec, reversePeering: "Manual" })] }).size, 0);
  });

  it("reflect to clients outside the own cluster", () => {
    const nodes = ["1.0.0.1", "1.0.0.1", ""].map((id, i) =>
      node(`n${i}`, { ipv4Address: `10.0.1.${i + 1}`, ...(id ? { routeReflectorClusterID: id } : {}) }),
    );
    const peerings = [peering("all", { peerSelector: "all()" })];
    const clients = [...peersOf("n0", { nodes, peerings }).values()].map((p) => `${p.key} ${p.routeReflectorClient}`);
    assert.deepEqual(clients.sort(), ["10.0.1.2 ipv4 false", "10.0.1.3 ipv4 true"]);
  });

  it("let the more specific wish for an address win, whatever the order", () => {
    const wishes = [
      peering("b", { peerIP: "10.0.0.10", asNumber: 1 }),
      peering("a", { peerIP: "10.0.0.10", asNumber: 2 }),
      peering("z", { node: "n1", peerIP: "10.0.0.10", asNumber: 3 }),
    ];
    for (const peerings of [wishes, [...wishes].reverse()]) {
      const peers = peersOf("n1", { peerings });
      assert.equal(peers.get("10.0.0.10 ipv4")!.asn, 3);
      assert.equal(peersOf("n3", { peerings }).get("10.0.0.10 ipv4")!.asn, 2);
    }
  });

  it("carry the options of the object", () => {
    const spec: BGPPeer["spec"] = {
      peerIP: "10.0.0.254",
      asNumber: 65000,
      ttlSecurity: 1,
      keepaliveTime: "20s",
      maxRestartTime: "1m30s",
      sourceAddress: "None",
      nextHopMode: "Self",
      numAllowedLocalASNumbers: 2,
    };
    const peer = peersOf("n1", { peerings: [peering("tor", spec)] }).get("10.0.0.254 ipv4")!;
    assert.deepEqual(
      [
        peer.ttlSecurityHops,
        peer.keepaliveSeconds,
        peer.restartSeconds,
        peer.sourceAddress,
        peer.nextHop,
        peer.allowLocalAs,
      ],
      [1, 20, 90, undefined, "self", 2],
    );
  });
});

describe("a node's identity", () => {
  it("has its IPv4 address as identifier, else a hash outside classes D and E and never loopback", () => {
    assert.equal(selfOf("n1", cluster[0], {}, undefined).routerId, "10.0.0.9");
    assert.equal(selfOf("n1", cluster[0], {}, "1.2.3.4").routerId, "1.2.3.4");
    for (let i = 0; i < 2000; i++) {
      const first = Number(hashedRouterId(`node-${i}`).split(".")[0]);
      assert.ok(first >= 1 && first <= 223 && first !== 127);
    }
  });

  it("carry the BGPFilters that the peering names, in its order; a name of nothing is passed over", () => {
    const filter = (name: string): BGPFilter => ({ kind: "BGPFilter", apiVersion, metadata: { name }, spec: {} });
    const spec = { peerIP: "10.0.0.254", asNumber: 65000, filters: ["b", "gone", "a"] };
    const peers = peersOf("n1", { peerings: [peering("tor", spec)], filters: [filter("a"), filter("b")] });
    assert.deepEqual(
      peers.get("10.0.0.254 ipv4")!.filters.map(({ metadata }) => metadata.name),
      ["b", "a"],
    );
    assert.deepEqual(peers.get("10.0.0.10 ipv4")!.filters, [], "the mesh has none");
  });
});
