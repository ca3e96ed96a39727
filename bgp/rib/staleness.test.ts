import assert from "node:assert/strict";
import { ipv4 } from "../../net/address.ts";
import { pathAttributes } from "../attribute/path-attributes.ts";
import { community } from "../iana.ts";
import { attributeBit } from "./attribute-columns.ts";
import { AttributeIntake } from "./attribute-intake.ts";
import { AttributeStore } from "./attribute-store.ts";
import { NextHopTable } from "./next-hop-table.ts";
import { ineligible, staleness } from "./path-table.ts";
import { PeerTable } from "./peer-table.ts";
import { Rib } from "./rib.ts";

const nextHops = (): NextHopTable => new NextHopTable(() => ({ reachable: true, metric: 0 }));

/** A RIB with two peers, 1 better than 2, that announce by the number of the prefix. */
class Bench {
  readonly nextHops = nextHops();
  readonly store = new AttributeStore({ asn: 65000, routerId: 1, clusterId: 1 }, this.nextHops);
  readonly intake = new AttributeIntake(this.store);
  readonly rib: Rib;
  readonly told = new Map<number, number>();

  constructor() {
    const peers = new PeerTable(1);
    for (const n of [1, 2]) {
      const address = ipv4(0x0a000000 + n);
      peers.add({ name: `${n}`, address, isInternal: false, isClient: false, routerId: n });
    }
    this.rib = new Rib("ipv4", this.store, peers, (prefix, isNews) => {
      if (isNews) this.told.set(prefix, this.rib.locRib.best(prefix));
    });
  }

  announce(peer: number, n: number, communities: readonly number[] = []): number {
    const asPath = [{ kind: "sequence" as const, asns: peer === 1 ? [65001] : [65002, 65003] }];
    const attributes = pathAttributes({
      asPath,
      nextHop: ipv4(0x0a000000 + peer),
      communities: [n & 7, ...communities],
    });
    const set = this.intake.internAttributes(attributes, "ipv4");
    this.store.hold(set);
    const id = this.rib.prefixes.intern(n << 8, 0, 0, 0, 24);
    this.rib.adjRibIn.announce(id, peer, 0, set, ineligible.no);
    this.store.drop(set);
    return id;
  }

  settle(): void {
    while (this.rib.adjRibIn.isSweeping) this.rib.adjRibIn.sweep(64);
    this.rib.locRib.settle(1e6);
  }

  /** Peer of the best path, and how stale it is. */
  best(n: number): readonly [number, number] {
    const path = this.rib.locRib.best(this.rib.prefixes.find(n << 8, 0, 0, 0, 24));
    return path === 0 ? [0, 0] : [this.rib.paths.peer[path]!, this.rib.paths.stale[path]!];
  }

  isAged(n: number): boolean {
    const path = this.rib.paths.find(this.rib.prefixes.find(n << 8, 0, 0, 0, 24), 1, 0);
    return (this.store.columns.flags[this.rib.paths.attributes[path]!]! & attributeBit.llgrStale) !== 0;
  }

  close(): void {
    for (const peer of [1, 2]) this.rib.adjRibIn.condemn(peer, false);
    this.settle();
    assert.deepEqual([this.rib.paths.size, this.rib.prefixes.size, this.store.size], [0, 0, 0]);
  }
}

describe("stale paths", () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
    for (let n = 1; n <= 300; n++) {
      bench.announce(1, n, n === 300 ? [community.noLlgr] : []);
      if (n > 100) bench.announce(2, n);
    }
    bench.settle();
  });
  afterEach(() => bench.close());

  it("are preferred as before while their peer restarts (RFC 4724 4.2)", () => {
    bench.rib.adjRibIn.markStale(1);
    bench.settle();
    assert.deepEqual(bench.best(200), [1, staleness.stale]);
  });

  it("are the last choice once they are long-lived, with LLGR_STALE, and gone with NO_LLGR (RFC 9494 4.2)", () => {
    bench.rib.adjRibIn.markStale(1);
    bench.rib.adjRibIn.markLongLived(1);
    bench.settle();
    assert.deepEqual(bench.best(50), [1, staleness.longLived], "nothing else leads there");
    assert.deepEqual(bench.best(200), [2, staleness.fresh]);
    assert.equal(bench.isAged(50) && bench.isAged(200), true);
    assert.deepEqual(bench.best(300), [2, staleness.fresh]);
    assert.equal(bench.rib.paths.count[1], 299);
  });

  it("are fresh again when their peer tells of them, and go when it does not", () => {
    bench.rib.adjRibIn.markStale(1);
    bench.rib.adjRibIn.markLongLived(1);
    bench.settle();
    for (let n = 1; n <= 150; n++) bench.announce(1, n);
    bench.settle();
    assert.deepEqual([bench.best(120), bench.isAged(120)], [[1, staleness.fresh], false]);
    bench.rib.adjRibIn.markStale(1);
    bench.settle();
    assert.deepEqual(bench.best(120), [1, staleness.stale], "a second failure before End-of-RIB");
    assert.equal(bench.rib.paths.count[1], 299, "long-lived ones stay until their time is over");
    bench.rib.adjRibIn.condemn(1, true);
    bench.settle();
    assert.equal(bench.rib.paths.count[1], 0);
  });

  it("are told of as changed when they become long-lived, also where they stay the best", () => {
    bench.told.clear();
    bench.rib.adjRibIn.markStale(1);
    bench.settle();
    assert.equal(bench.told.size, 0, "marking alone is no news");
    bench.rib.adjRibIn.markLongLived(1);
    bench.settle();
    assert.equal(bench.told.size, 300);
  });

  it("are those that a refresh left out, and no others (RFC 7313 4)", () => {
    bench.told.clear();
    bench.rib.adjRibIn.beginRefresh(1);
    for (let n = 2; n <= 300; n++) bench.announce(1, n, n === 300 ? [community.noLlgr] : []);
    bench.rib.adjRibIn.condemn(1, true);
    bench.settle();
    assert.deepEqual(bench.best(1), [1, staleness.refreshing], "End-of-RIB is not the end of a refresh");
    bench.rib.adjRibIn.endRefresh(1);
    bench.settle();
    assert.deepEqual(bench.best(1), [0, 0]);
    assert.equal(bench.told.size, 1, "what was told again just so is no news");
    bench.rib.adjRibIn.endRefresh(1);
    bench.settle();
    assert.equal(bench.rib.paths.count[1], 299, "an end without a beginning does nothing");
  });

  it("are stale, not waiting, when the session ends within a refresh", () => {
    bench.rib.adjRibIn.beginRefresh(1);
    bench.rib.adjRibIn.markStale(1);
    bench.rib.adjRibIn.endRefresh(1);
    bench.settle();
    assert.deepEqual(bench.best(7), [1, staleness.stale]);
  });
});
