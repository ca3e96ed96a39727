import assert from "node:assert/strict";
import fc from "fast-check";
import { ipv4 } from "../../net/address.ts";
import { formatPrefix, masked, type Prefix, parsePrefix, prefixOf } from "../../net/prefix.ts";
import { pathAttributes } from "../attribute/path-attributes.ts";
import { AttributeIntake } from "./attribute-intake.ts";
import { AttributeStore } from "./attribute-store.ts";
import { decide, explain } from "./best-path.ts";
import type { DecisionOptions } from "./decision-steps.ts";
import { NextHopTable } from "./next-hop-table.ts";
import { PeerTable } from "./peer-table.ts";
import { Rib } from "./rib.ts";

/** A path in the words of the reference: everything the decision looks at, and nothing else. */
interface NaivePath {
  readonly peer: number;
  readonly localPref: number;
  readonly path: readonly number[];
  readonly origin: 0 | 1 | 2;
  readonly med: number | undefined;
  readonly hop: number;
  readonly originator: number;
  readonly clusters: number;
}

const origins = ["igp", "egp", "incomplete"] as const;
const peers = [1, 2, 3, 4, 5].map((n) => ({
  name: `10.0.0.${n}`,
  address: ipv4(0x0a000000 + n),
  isInternal: n % 2 === 0,
  isClient: false,
  routerId: [9, 3, 3, 7, 5][n - 1]!,
}));
const metric = (hop: number): number => hop % 3;
const reachable = (hop: number): boolean => hop !== 5;

interface Naive {
  readonly best: NaivePath | undefined;
  /** What was left before tie-breaks. */
  readonly equal: readonly NaivePath[];
}

/** RFC 4271 9.1.2.2 as it stands in the book: start with all, remove step by step. */
function naive(paths: readonly NaivePath[], options: DecisionOptions = {}): Naive {
  let left = paths.filter(({ hop }) => reachable(hop));
  const med = (path: NaivePath): number => path.med ?? (options.missingMedAsWorst ? 2 ** 32 : 0);
  const keepLeast = (value: (path: NaivePath) => number): void => {
    const least = Math.min(...left.map(value));
    left = left.filter((path) => value(path) === least);
  };
  const peerOf = (path: NaivePath): (typeof peers)[number] => peers[path.peer - 1]!;
  keepLeast(({ localPref }) => -localPref);
  if (!options.ignoreAsPathLength) keepLeast(({ path }) => path.length);
  keepLeast(({ origin }) => origin);
  const rivals = left;
  left = left.filter((x) => !rivals.some((y) => y.path[0] === x.path[0] && med(y) < med(x)));
  if (options.alwaysCompareMed) keepLeast(med);
  keepLeast((path) => Number(peerOf(path).isInternal));
  keepLeast(({ hop }) => metric(hop));
  const equal = left;
  keepLeast((path) => path.originator || peerOf(path).routerId);
  keepLeast(({ clusters }) => clusters);
  keepLeast(({ peer }) => peer);
  return { best: left[0], equal };
}

type Step =
  | { readonly kind: "announce"; readonly prefix: Prefix; readonly path: NaivePath }
  | { readonly kind: "withdraw"; readonly prefix: Prefix; readonly peer: number }
  | { readonly kind: "settle" }
  | { readonly kind: "down"; readonly peer: number };

const small = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });
const peer = fc.integer({ min: 1, max: 5 });
const prefix = fc
  .tuple(small(7), fc.constantFrom(8, 9, 24, 32))
  .map(([n, length]) => masked(prefixOf(ipv4(0x0a000000 + n * 0x800000), length)));
const naivePath = fc.record({
  peer,
  localPref: fc.constantFrom(100, 100, 200),
  path: fc.array(fc.constantFrom(65001, 65002, 65003), { minLength: 1, maxLength: 2 }),
  origin: fc.constantFrom(0, 0, 1, 2) as fc.Arbitrary<0 | 1 | 2>,
  med: fc.option(small(2), { nil: undefined }),
  hop: fc.integer({ min: 1, max: 5 }),
  originator: fc.constantFrom(0, 0, 4, 11),
  clusters: small(2),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("announce" as const), prefix, path: naivePath }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("withdraw" as const), prefix, peer }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("settle" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("down" as const), peer }) },
);

class Bench {
  readonly nextHops = new NextHopTable(({ address }) => {
    const hop = address!.a & 255;
    return { reachable: reachable(hop), metric: metric(hop) };
  });
  readonly store = new AttributeStore({ asn: 65000, routerId: 1, clusterId: 1 }, this.nextHops);
  readonly intake = new AttributeIntake(this.store);
  readonly peers = new PeerTable(1);
  readonly told = new Map<string, string>();
  readonly rib: Rib;
  readonly model = new Map<string, Map<number, NaivePath>>();

  constructor(decision: DecisionOptions = {}) {
    const hear = (id: number, isNews: boolean): void => {
      if (isNews) this.#hear(id);
    };
    this.rib = new Rib("ipv4", this.store, this.peers, hear, decision);
    for (const one of peers) this.peers.add(one);
  }

  run(one: Step): void {
    if (one.kind === "announce") this.#announce(one.prefix, one.path);
    else if (one.kind === "withdraw") this.#withdraw(one.prefix, one.peer);
    else if (one.kind === "down") this.#down(one.peer);
    else this.rib.locRib.settle(3);
  }

  /** What the decision of a path came to, in words that both sides can say. */
  words(id: number): string {
    const { attributes, peer: from } = this.rib.paths;
    return `${from[id]} ${this.store.columns.localPref[attributes[id]!]} ${this.store.columns.med[attributes[id]!]}`;
  }

  #hear(id: number): void {
    const best = this.rib.locRib.best(id);
    const key = formatPrefix(this.rib.prefixes.prefix(id));
    if (best === 0) this.told.delete(key);
    else this.told.set(key, this.words(best));
  }

  #announce(at: Prefix, path: NaivePath): void {
    const { localPref, med, originator, clusters } = path;
    const set = this.intake.internAttributes(
      pathAttributes({
        origin: origins[path.origin]!,
        asPath: [{ kind: "sequence", asns: path.path }],
        nextHop: ipv4(0x0a010000 + path.hop),
        localPref,
        med,
        originatorId: originator || undefined,
        clusterList: Array.from({ length: clusters }, (_, i) => 100 + i),
      }),
      "ipv4",
    );
    this.store.hold(set);
    const id = this.rib.prefixes.intern(at.a, 0, 0, 0, at.length);
    this.rib.adjRibIn.announce(id, path.peer, 0, set, 0);
    this.store.drop(set);
    const key = formatPrefix(at);
    this.model.set(key, (this.model.get(key) ?? new Map()).set(path.peer, path));
  }

  #withdraw(at: Prefix, from: number): void {
    const id = this.rib.prefixes.find(at.a, 0, 0, 0, at.length);
    if (id !== 0) this.rib.adjRibIn.withdraw(id, from, 0);
    this.model.get(formatPrefix(at))?.delete(from);
  }

  #down(from: number): void {
    this.rib.adjRibIn.condemn(from, false);
    while (this.rib.adjRibIn.sweep(2));
    for (const paths of this.model.values()) paths.delete(from);
  }
}

describe("RIB", () => {
  it("chooses what the decision process of the RFC chooses, whatever happened before", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
        const bench = new Bench();
        for (const one of steps) bench.run(one);
        bench.rib.locRib.settle(1e6);
        const expected = new Map<string, string>();
        for (const [key, paths] of bench.model) {
          const { best } = naive([...paths.values()]);
          if (best) expected.set(key, `${best.peer} ${best.localPref} ${best.med ?? 0}`);
        }
        assert.deepEqual(new Map([...bench.told].sort()), new Map([...expected].sort()));
        assert.equal(bench.rib.locRib.size, expected.size);
      }),
      { numRuns: 200 },
    );
  });

  it("chooses by what the operator wants of MED and AS_PATH, and knows which paths are as good as the best one", () => {
    const flag = fc.boolean();
    const options = fc.record({ alwaysCompareMed: flag, missingMedAsWorst: flag, ignoreAsPathLength: flag });
    fc.assert(
      fc.property(options, fc.array(naivePath, { minLength: 1, maxLength: 6 }), (decision, announced) => {
        const bench = new Bench(decision);
        const at = parsePrefix("10.0.0.0/8")!;
        for (const path of announced) bench.run({ kind: "announce", prefix: at, path });
        const { best, equal } = naive([...bench.model.get(formatPrefix(at))!.values()], decision);
        const id = bench.rib.prefixes.find(at.a, 0, 0, 0, 8);
        const peerOf = (path: number): number => bench.rib.paths.peer[path]!;
        const used = bench.rib.locRib.multipath(id);
        assert.equal(used[0] ?? 0, bench.rib.locRib.best(id), "the best one is first");
        assert.equal(best?.peer ?? 0, peerOf(bench.rib.locRib.best(id)));
        assert.deepEqual(used.map(peerOf).sort(), equal.map((path) => path.peer).sort());
      }),
      { numRuns: 1000 },
    );
  });

  it("explains by the steps that decide: every other path lost once, to a path that outlived it", () => {
    fc.assert(
      fc.property(fc.array(naivePath, { minLength: 1, maxLength: 5 }), (paths) => {
        const bench = new Bench();
        const at = parsePrefix("10.0.0.0/8")!;
        for (const path of paths) bench.run({ kind: "announce", prefix: at, path });
        const id = bench.rib.prefixes.find(at.a, 0, 0, 0, 8);
        const { best, lost } = explain(bench.rib.candidates, id);
        assert.equal(best, decide(bench.rib.candidates, id));
        const known = new Set(paths.map((path) => path.peer)).size;
        assert.equal(lost.length + (best === 0 ? 0 : 1), known);
        const order = lost.map(({ path }) => path);
        for (const [i, { lostTo }] of lost.entries()) {
          const outlived = lostTo === 0 || lostTo === best || order.indexOf(lostTo) > i;
          const sameStep = lost[order.indexOf(lostTo)]?.step === lost[i]!.step;
          assert.ok(outlived || sameStep, `path ${order[i]} lost to ${lostTo}, which was out before`);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("gives everything back when the routes are gone", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
        const bench = new Bench();
        for (const one of steps) bench.run(one);
        for (const { name } of peers) bench.run({ kind: "down", peer: Number(name.split(".")[3]) });
        bench.rib.locRib.settle(1e6);
        assert.equal(bench.rib.paths.size, 0, "paths");
        assert.equal(bench.rib.prefixes.size, 0, "prefixes");
        assert.equal(bench.store.size, 0, "attribute sets");
        assert.equal(bench.nextHops.size, 0, "next hops");
      }),
      { numRuns: 100 },
    );
  });
});
