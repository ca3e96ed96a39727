import assert from "node:assert/strict";
import { ipv4 } from "../../net/address.ts";
import { pathAttributes } from "../attribute/path-attributes.ts";
import { AttributeIntake } from "./attribute-intake.ts";
import { AttributeStore } from "./attribute-store.ts";
import { explain } from "./best-path.ts";
import type { DecisionOptions } from "./decision-steps.ts";
import { NextHopTable } from "./next-hop-table.ts";
import { PeerTable } from "./peer-table.ts";
import { Rib } from "./rib.ts";

/** Two eBGP peers, 1 with the lower identifier and 2, and an iBGP peer 3; next hop 9 cannot be reached. */
class Bench {
  readonly nextHops = new NextHopTable(({ address }) => ({ reachable: address!.a !== 9, metric: 0 }));
  readonly store = new AttributeStore({ asn: 65000, routerId: 1, clusterId: 1 }, this.nextHops);
  readonly intake = new AttributeIntake(this.store);
  readonly rib: Rib;

  constructor(options: DecisionOptions = {}) {
    const peers = new PeerTable(1);
    for (const n of [1, 2, 3]) {
      const address = ipv4(0x0a000000 + n);
      peers.add({ name: `${n}`, address, isInternal: n === 3, isClient: false, routerId: n });
    }
    this.rib = new Rib("ipv4", this.store, peers, () => {}, options);
  }

  announce(peer: number, community = 0, hop = peer): void {
    const asPath = [{ kind: "sequence" as const, asns: [65001] }];
    const attributes = pathAttributes({ asPath, nextHop: ipv4(hop), communities: [community] });
    const set = this.intake.internAttributes(attributes, "ipv4");
    this.rib.adjRibIn.announce(this.rib.prefixes.intern(0x0a000000, 0, 0, 0, 8), peer, 0, set, 0);
  }

  withdraw(peer: number): void {
    this.rib.adjRibIn.withdraw(1, peer, 0);
  }

  get best(): number {
    return this.rib.paths.peer[this.rib.locRib.best(1)]!;
  }
}

describe("decisions as an operator wants them", () => {
  it("may prefer the eBGP path that is there longest, which a changed path is not (RFC 5004)", () => {
    const bench = new Bench({ preferOldest: true });
    bench.announce(2);
    bench.announce(1);
    assert.equal(bench.best, 2);
    bench.announce(2);
    assert.equal(bench.best, 2, "told again just so it is as old as before");
    bench.announce(2, 7);
    assert.equal(bench.best, 1);
    bench.withdraw(1);
    bench.announce(1);
    assert.equal(bench.best, 2);
    assert.equal(bench.rib.locRib.multipath(1).length, 2, "age is a tie-break: both are used");
  });

  it("do not look at age unless told to", () => {
    const bench = new Bench();
    bench.announce(2);
    bench.announce(1);
    assert.equal(bench.best, 1);
  });

  it("never choose a path whose next hop cannot be reached, and say so", () => {
    const bench = new Bench();
    bench.announce(1, 0, 9);
    bench.announce(3);
    const { best, lost } = explain(bench.rib.candidates, 1);
    assert.equal(bench.rib.paths.peer[best], 3);
    assert.deepEqual(
      lost.map(({ step, rfc }) => [step, rfc]),
      [["eligible", "RFC 4271 9.1.2: the next hop cannot be reached"]],
    );
    bench.withdraw(3);
    assert.deepEqual([bench.best, bench.rib.locRib.multipath(1)], [0, []]);
  });
});
