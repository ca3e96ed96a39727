import assert from "node:assert/strict";
import { SimClock } from "../../lib/sim/clock.ts";
import { type Address, ipv4, ipv6 } from "../../net/address.ts";
import type { Family } from "../../net/family.ts";
import { pathAttributes } from "../attribute/path-attributes.ts";
import type { ExportTerms } from "../export/export-terms.ts";
import { plainTerms } from "../export/plain-terms.ts";
import type { SpeakerConfig } from "./config.ts";
import { connectedNextHops, type RouteSink } from "./ports.ts";
import { Tables } from "./tables.ts";
import { work } from "./turn.ts";

const config: SpeakerConfig = {
  asn: 65000,
  routerId: 1,
  families: ["ipv4", "ipv6"],
  maxPaths: 4,
  ebgpRequiresPolicy: false,
  gracefulRestart: undefined,
  restart: { restarting: false, forwardingPreserved: [] },
};
const forgetful: RouteSink = { apply: (_, done) => done(), inSync() {} };
const count = 200_000;

function termsOf(family: Family): ExportTerms {
  return plainTerms(family, family === "ipv4" ? ipv4(0x0a000001) : ipv6(1, 2, 3, 4));
}

/** A speaker's tables with one peer that sends and one that is told. */
class Bench {
  readonly tables: Tables = new Tables(config, connectedNextHops, forgetful, () => {
    this.#isMore = true;
  });
  #isMore = false;
  readonly #clock = new SimClock();
  readonly #peer: number;

  constructor() {
    const ribPeer = (n: number): { readonly address: Address; readonly name: string } => {
      return { name: `${n}`, address: ipv4(0x0a000000 + n) };
    };
    const kind = { isInternal: false, isClient: false, routerId: 2 };
    this.#peer = this.tables.peers.add({ ...ribPeer(2), ...kind });
    const told = this.tables.peers.add({ ...ribPeer(3), ...kind });
    const member = { peer: told, send: () => true, onSynced() {}, onRefresh() {} };
    for (const [family, { groups }] of this.tables.families) groups.join(member, termsOf(family));
  }

  /** Announces prefixes from `from` to `to`, a set for each five. */
  announce(family: Family, from: number, to: number): void {
    const { intake, attributes } = this.tables;
    const { prefixes, adjRibIn } = this.tables.of(family)!.rib;
    for (let n = from; n < to; n += 5) {
      const asPath = [{ kind: "sequence" as const, asns: [65001, n] }];
      const set = intake.internAttributes(pathAttributes({ asPath, nextHop: ipv4(0x0a000002) }), family);
      attributes.hold(set);
      for (let i = n; i < Math.min(n + 5, to); i++) {
        const id = family === "ipv4" ? prefixes.intern(i << 8, 0, 0, 0, 24) : prefixes.intern(i, 0, 0, 0, 48);
        adjRibIn.announce(id, this.#peer, 0, set, 0);
      }
      attributes.drop(set);
    }
    this.settle();
  }

  withdraw(family: Family, from: number, to: number): void {
    const { prefixes, adjRibIn } = this.tables.of(family)!.rib;
    for (let i = from; i < to; i++) {
      const id = family === "ipv4" ? prefixes.find(i << 8, 0, 0, 0, 24) : prefixes.find(i, 0, 0, 0, 48);
      adjRibIn.withdraw(id, this.#peer, 0);
    }
    this.settle();
  }

  settle(): void {
    do this.#isMore = false;
    while (work(this.tables, true, this.#clock) || this.#isMore);
  }

  get bytes(): number {
    const { attributes, families } = this.tables;
    let sum = attributes.bytes.arena + attributes.bytes.columns;
    for (const { rib, groups, feed } of families.values()) {
      sum += rib.prefixes.bytes + rib.paths.bytes + rib.locRib.bytes + groups.bytes + (feed?.bytes ?? 0);
    }
    return sum;
  }

  /** Every route there: prefix ids in use with a best path. */
  size(family: Family): number {
    return this.tables.of(family)!.rib.locRib.size;
  }
}

describe("memory of the tables", function () {
  this.timeout(30_000);
  for (const [family, rounds] of [
    ["ipv4", 5],
    ["ipv6", 2],
  ] as const) {
    it(`comes back when the routes leave, however often they come (${family})`, () => {
      const bench = new Bench();
      const empty = bench.bytes;
      const full: number[] = [];
      for (let round = 0; round < rounds; round++) {
        bench.announce(family, 0, count);
        assert.equal(bench.size(family), count);
        full.push(bench.bytes);
        bench.withdraw(family, 0, count);
        assert.equal(bench.size(family), 0);
        // Chunks of octets that are kept for the next routes: five of 1 MiB.
        assert.ok(bench.bytes <= empty + (6 << 20), `${bench.bytes} octets after round ${round}, ${empty} at first`);
      }
      assert.ok(full[0]! > empty + (12 << 20), "there was something to give back");
      assert.ok(Math.max(...full) <= full[0]! + (4 << 20), "no more than chunks kept from before");
      assert.equal(Math.max(...full.slice(1)), full[1], `grows: ${full.join()}`);
    });
  }

  it("comes back when few routes stay, and those stay what they are", () => {
    const bench = new Bench();
    bench.announce("ipv4", 0, count);
    const full = bench.bytes;
    bench.withdraw("ipv4", 1000, count);
    assert.equal(bench.size("ipv4"), 1000);
    assert.ok(bench.bytes * 3 < full, `${bench.bytes} of ${full} octets are left`);
    bench.announce("ipv4", 500, 3000);
    assert.equal(bench.size("ipv4"), 3000);
    const { rib } = bench.tables.of("ipv4")!;
    assert.deepEqual([rib.paths.limit, rib.prefixes.limit], [3001, 3001], "free ids are used again");
    bench.withdraw("ipv4", 0, 3000);
    assert.deepEqual([rib.paths.size, rib.prefixes.size, bench.tables.attributes.size], [0, 0, 0]);
  });

  it("stays where the routes that are left were the last to come", () => {
    const bench = new Bench();
    bench.announce("ipv4", 0, count);
    bench.withdraw("ipv4", 0, count - 10);
    assert.equal(bench.size("ipv4"), 10);
    bench.announce("ipv4", 0, 100);
    assert.equal(bench.size("ipv4"), 110);
  });
});
