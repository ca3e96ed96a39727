import assert from "node:assert/strict";
import { ipv4 } from "../../net/address.ts";
import { pathAttributes } from "../attribute/path-attributes.ts";
import { AttributeIntake } from "./attribute-intake.ts";
import { AttributeStore } from "./attribute-store.ts";
import { decide, explain } from "./best-path.ts";
import { NextHopTable } from "./next-hop-table.ts";
import { ineligible } from "./path-table.ts";
import { localPeer, PeerTable } from "./peer-table.ts";
import { Rib } from "./rib.ts";

describe("several paths of one peer that no step of the RFC tells apart (RFC 7911)", () => {
  /** The CLUSTER_LIST of the best of two paths that differ in nothing else, under these identifiers. */
  function chosen(
    identifiers: readonly number[],
    source?: number,
  ): { readonly cluster: number; readonly step: string } {
    const store = new AttributeStore(
      { asn: 65000, routerId: 1, clusterId: 1 },
      new NextHopTable(() => ({ reachable: true, metric: 0 })),
    );
    const intake = new AttributeIntake(store);
    const peers = new PeerTable(1);
    const address = ipv4(0x0a000002);
    const added = peers.add({ name: "10.0.0.2", address, isInternal: true, isClient: false, routerId: 2 });
    const peer = source ?? added;
    const rib = new Rib("ipv4", store, peers, () => {});
    const prefix = rib.prefixes.intern(0x0a010000, 0, 0, 0, 16);
    const clusters = [7, 9];
    const sets = clusters.map((one) => {
      const attributes = { nextHop: ipv4(0x0a000003), originatorId: 3, clusterList: [one], localPref: 100 };
      return intake.internAttributes(pathAttributes(attributes), "ipv4", 0);
    });
    for (const [i, set] of sets.entries()) rib.adjRibIn.announce(prefix, peer, identifiers[i]!, set, ineligible.no);
    const best = decide(rib.candidates, prefix);
    const [lost] = explain(rib.candidates, prefix).lost;
    return { cluster: clusters[sets.indexOf(rib.paths.attributes[best]!)]!, step: lost!.step };
  }

  it("of our own are chosen by identifier: an announced route goes before an aggregate", () => {
    assert.equal(chosen([0, 1], localPeer).step, "path-id");
    assert.deepEqual([chosen([0, 1], localPeer).cluster, chosen([1, 0], localPeer).cluster], [7, 9]);
  });

  it("are chosen by what they say, whatever identifiers their sender gave them in the order in which it learned them", () => {
    assert.deepEqual(chosen([1, 2]), { cluster: 7, step: "attributes" });
    assert.deepEqual(chosen([2, 1]), { cluster: 7, step: "attributes" });
  });
});
