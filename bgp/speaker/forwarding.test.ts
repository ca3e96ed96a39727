import assert from "node:assert/strict";
import { ipv4 } from "../../net/address.ts";
import { pathAttributes } from "../attribute/path-attributes.ts";
import { AttributeIntake } from "../rib/attribute-intake.ts";
import { AttributeStore } from "../rib/attribute-store.ts";
import { NextHopTable } from "../rib/next-hop-table.ts";
import { PeerTable } from "../rib/peer-table.ts";
import { Rib } from "../rib/rib.ts";
import { forwarding, type NextHopOf, nextHopText } from "./forwarding.ts";

const prefix = 1;

/** Four peers, the one with the highest address is the first choice; each path leads to the hop it names. */
class Bench {
  readonly store = new AttributeStore(
    { asn: 65000, routerId: 1, clusterId: 1 },
    new NextHopTable(() => ({ reachable: true, metric: 0 })),
  );
  readonly rib: Rib;
  readonly #intake = new AttributeIntake(this.store);

  constructor() {
    const peers = new PeerTable(1);
    for (const n of [1, 2, 3, 4]) {
      peers.add({ name: `${n}`, address: ipv4(n), isInternal: false, isClient: false, routerId: 10 - n });
    }
    this.rib = new Rib("ipv4", this.store, peers, () => {});
  }

  announce(peer: number, hop: number): void {
    const asPath = [{ kind: "sequence" as const, asns: peer === 0 ? [] : [65000 + peer] }];
    const set = this.#intake.internAttributes(pathAttributes({ asPath, nextHop: ipv4(hop) }), "ipv4");
    this.rib.adjRibIn.announce(this.rib.prefixes.intern(0x0a000000, 0, 0, 0, 8), peer, 0, set, 0);
  }

  /** Peers whose paths are used, and where packets go. */
  used(maxPaths: number, zone = ""): string {
    const { paths, candidates } = this.rib;
    const nextHopOf: NextHopOf = (path) => {
      const { nextHops, nextHop } = candidates.attributes;
      const { address } = nextHops.hop(nextHop[paths.attributes[path]!]!);
      return address && { address, zone: zone === "" ? "" : `${zone}${paths.peer[path]}` };
    };
    const found = forwarding(this.rib, prefix, maxPaths, nextHopOf);
    return `${found.paths.map((path) => paths.peer[path]).join()} → ${found.hops.map(nextHopText).join(" ")}`;
  }
}

describe("where packets go", () => {
  it("is one canonical set: sorted, whichever path is the best", () => {
    const bench = new Bench();
    for (const peer of [1, 2, 3, 4]) bench.announce(peer, peer);
    assert.equal(bench.used(8), "4,3,2,1 → 0.0.0.1 0.0.0.2 0.0.0.3 0.0.0.4");
    assert.equal(bench.used(2), "4,3 → 0.0.0.3 0.0.0.4", "the first in the order of choice, not of address");
    assert.equal(bench.used(1), "4 → 0.0.0.4");
  });

  it("counts a next hop once, however many paths lead to it", () => {
    const bench = new Bench();
    for (const peer of [4, 3, 2, 1]) bench.announce(peer, peer > 2 ? 7 : peer);
    assert.equal(bench.used(2), "4,3,2 → 0.0.0.2 0.0.0.7");
    assert.equal(bench.used(8), "4,3,2,1 → 0.0.0.1 0.0.0.2 0.0.0.7");
  });

  it("tells the same address on two links apart", () => {
    const bench = new Bench();
    for (const peer of [1, 2]) bench.announce(peer, 7);
    assert.equal(bench.used(8, "eth"), "2,1 → 0.0.0.7%eth1 0.0.0.7%eth2");
  });

  it("is nowhere for routes of our own, and without any", () => {
    const bench = new Bench();
    bench.announce(1, 1);
    bench.announce(0, 0);
    assert.equal(bench.used(8), " → ");
    bench.rib.adjRibIn.withdraw(prefix, 0, 0);
    assert.equal(bench.used(8), "1 → 0.0.0.1");
    bench.rib.adjRibIn.withdraw(prefix, 1, 0);
    assert.equal(bench.used(8), " → ");
  });
});
