import assert from "node:assert/strict";
import { SimClock } from "../../lib/sim/clock.ts";
import { seconds } from "../../lib/unit.ts";
import { Writer } from "../../lib/writer.ts";
import { ipv4 } from "../../net/address.ts";
import { formatPrefix, parsePrefix } from "../../net/prefix.ts";
import { encodeAttributes } from "../attribute/encode.ts";
import { pathAttributes } from "../attribute/path-attributes.ts";
import type { BgpFact } from "../fact.ts";
import type { Filter } from "../filter/filter.ts";
import { scanUpdate } from "../message/scan-update.ts";
import { writeUpdate } from "../message/update.ts";
import { UpdateScan } from "../message/update-scan.ts";
import type { Negotiated } from "../session/negotiated.ts";
import type { Session } from "../session/session.ts";
import { simTerms } from "../sim/terms.ts";
import type { PeerConfig, SpeakerConfig } from "./config.ts";
import { Import } from "./import.ts";
import { connectedNextHops } from "./ports.ts";
import { SpeakerPeer } from "./speaker-peer.ts";
import { Tables } from "./tables.ts";
import { work } from "./turn.ts";

const speaker: SpeakerConfig = {
  asn: 65000,
  routerId: 1,
  families: ["ipv4"],
  ebgpRequiresPolicy: false,
  gracefulRestart: undefined,
  restart: { restarting: false, forwardingPreserved: [] },
};
const config: PeerConfig = { address: ipv4(0x0a000002), asn: 65001 };
const filter = (...terms: Filter["terms"]): Filter => ({ name: "test", terms, otherwise: "accept" });

/** One peer whose session is put on by hand: UPDATEs go in, tables come out. */
class Bench {
  readonly clock = new SimClock();
  readonly facts: BgpFact[] = [];
  readonly tables = new Tables(speaker, connectedNextHops, undefined, () => {});
  readonly refreshes: string[] = [];
  readonly peer: SpeakerPeer;
  readonly terms: Negotiated;
  readonly #scan = new UpdateScan();

  constructor(importFilter?: Filter, terms: Partial<Negotiated> = {}) {
    this.terms = simTerms({ families: ["ipv4"], ...terms });
    const owner = {
      wake() {},
      established() {},
      endOfRib() {},
      down() {},
      swept() {},
      changed() {},
      faults() {},
      tooMany() {},
      nearLimit() {},
    };
    const tell = (fact: BgpFact): void => void this.facts.push(fact);
    const { tables, clock } = this;
    const context = { speaker, tables, intake: new Import(tables), owner, clock, tell };
    this.peer = new SpeakerPeer({ ...config, ...(importFilter && { importFilter }) }, false, 0, context);
    const session: Partial<Session> = {
      localAddress: ipv4(0x0a000001),
      sendBulk: () => true,
      callAt: () => {},
      requestRefresh: (family) => this.refreshes.push(family) > 0,
    };
    this.peer.session = session as Session;
    this.peer.onEstablished(this.terms);
  }

  announce(prefix: string, med: number): void {
    const { a, length } = parsePrefix(prefix)!;
    const nlri = new Writer(8)
      .u8(length)
      .u8(a >>> 24)
      .u8(a >>> 16);
    const attributes = new Writer(64);
    const asPath = [{ kind: "sequence" as const, asns: [65001] }];
    encodeAttributes(pathAttributes({ asPath, nextHop: ipv4(0x0a000002), med }), this.terms, attributes);
    const update = writeUpdate(new Writer(128), { attributes: attributes.take(), nlri: nlri.take() }).take();
    scanUpdate(update, 0, update.length, this.terms, this.#scan);
    this.peer.onUpdate(this.#scan, update);
  }

  change(importFilter: Filter | undefined): void {
    this.peer.reconfigure({ ...config, ...(importFilter && { importFilter }) });
    this.settle();
  }

  settle(): void {
    while (work(this.tables, true, this.clock));
  }

  /** The best routes: prefix, LOCAL_PREF, MED. */
  routes(): string[] {
    const { rib } = this.tables.of("ipv4")!;
    const { columns } = this.tables.attributes;
    const found: string[] = [];
    for (let id = 1; id < rib.prefixes.limit; id++) {
      const path = rib.prefixes.holds(id) > 0 ? rib.locRib.best(id) : 0;
      const set = rib.paths.attributes[path]!;
      if (path === 0) continue;
      found.push(`${formatPrefix(rib.prefixes.prefix(id))} ${columns.localPref[set]} ${columns.med[set]}`);
    }
    return found.sort();
  }

  sets(): number {
    return this.tables.attributes.size;
  }
}

const prefer = filter({ name: "all", match: {}, verdict: "accept", change: { localPref: 200 } });
const second = { prefixes: [{ prefix: parsePrefix("10.2.0.0/16")! }] };

describe("changed import filters", () => {
  it("run over what was received: what they changed before is undone, what they rejected comes back", () => {
    const bench = new Bench(prefer);
    bench.announce("10.1.0.0/16", 1);
    bench.announce("10.2.0.0/16", 2);
    bench.settle();
    assert.deepEqual(bench.routes(), ["10.1.0.0/16 200 1", "10.2.0.0/16 200 2"]);
    assert.equal(bench.sets(), 4, "as received and as changed");
    bench.change(filter({ name: "second", match: second, verdict: "reject" }));
    assert.deepEqual(bench.routes(), ["10.1.0.0/16 100 1"]);
    assert.equal(bench.sets(), 2);
    bench.change(filter({ name: "second", match: second, verdict: "accept", change: { med: 9, localPref: 50 } }));
    assert.deepEqual(bench.routes(), ["10.1.0.0/16 100 1", "10.2.0.0/16 50 9"]);
    bench.change(undefined);
    assert.deepEqual(bench.routes(), ["10.1.0.0/16 100 1", "10.2.0.0/16 100 2"]);
    assert.deepEqual(bench.refreshes, [], "the peer was never asked");
  });

  it("end where announcing anew under the last filter ends, whatever filters came before", () => {
    const filters = [
      undefined,
      prefer,
      filter({ name: "second", match: second, verdict: "reject" }),
      filter({ name: "second", match: second, verdict: "accept", change: { prepend: 2 } }),
    ];
    const outcome = (use: readonly (Filter | undefined)[]): readonly unknown[] => {
      const bench = new Bench(use[0]);
      for (let n = 1; n <= 40; n++) bench.announce(`10.${n}.0.0/16`, n % 5);
      bench.settle();
      for (const next of use.slice(1)) bench.change(next);
      const { paths } = bench.tables.of("ipv4")!.rib;
      return [bench.routes(), bench.sets(), [...paths.reason].filter((reason) => reason !== 0).length];
    };
    for (const last of filters) {
      const direct = outcome([last]);
      for (const one of filters) for (const two of filters) assert.deepEqual(outcome([one, two, last]), direct);
    }
  });

  it("leave nothing behind when the peer goes in the middle of a run", () => {
    const bench = new Bench(prefer);
    for (let n = 1; n <= 200; n++) bench.announce(`10.${n}.0.0/16`, n);
    bench.settle();
    bench.peer.reconfigure(config);
    bench.tables.of("ipv4")!.reimports.run(50);
    bench.peer.onDown({ cause: "connection", notification: undefined, why: "", hint: "", retains: [] });
    bench.settle();
    assert.deepEqual([bench.routes(), bench.sets()], [[], 0]);
    assert.equal(bench.tables.of("ipv4")!.reimports.isBusy, false);
  });
});

describe("a refresh with a beginning and an end (RFC 7313)", () => {
  const enhanced = { enhancedRouteRefresh: true };
  const facts = (bench: Bench): string[] => bench.facts.map(({ fact }) => fact);

  it("removes what the peer did not tell again", () => {
    const bench = new Bench(undefined, enhanced);
    for (const n of [1, 2, 3]) bench.announce(`10.${n}.0.0/16`, n);
    bench.peer.onRouteRefresh("ipv4", 1);
    bench.announce("10.2.0.0/16", 7);
    bench.settle();
    assert.equal(bench.routes().length, 3, "nothing goes before the end");
    bench.peer.onRouteRefresh("ipv4", 2);
    bench.settle();
    assert.deepEqual(bench.routes(), ["10.2.0.0/16 100 7"]);
    bench.clock.advance(seconds(400));
    assert.deepEqual(facts(bench), []);
  });

  it("is over after five minutes without a word, and that is told", () => {
    const bench = new Bench(undefined, enhanced);
    for (const n of [1, 2]) bench.announce(`10.${n}.0.0/16`, n);
    bench.peer.onRouteRefresh("ipv4", 1);
    bench.announce("10.1.0.0/16", 1);
    bench.clock.advance(seconds(299));
    bench.settle();
    assert.equal(bench.routes().length, 2);
    bench.clock.advance(seconds(2));
    bench.settle();
    assert.deepEqual([bench.routes(), facts(bench)], [["10.1.0.0/16 100 1"], ["bgp.refresh-overdue"]]);
  });

  it("means nothing before End-of-RIB of a peer with graceful restart, nor from one that did not agree to it", () => {
    const gracefulRestart = { families: [], forwardingPreserved: [], peerRestartSeconds: 9, peerRestarting: false };
    const restarting = { ...enhanced, gracefulRestart: { ...gracefulRestart, notification: false } };
    const bench = new Bench(undefined, restarting as Partial<Negotiated>);
    bench.announce("10.1.0.0/16", 1);
    bench.peer.onRouteRefresh("ipv4", 1);
    bench.peer.onRouteRefresh("ipv4", 2);
    bench.settle();
    assert.deepEqual([bench.routes().length, facts(bench)], [1, ["bgp.message-ignored"]]);
    bench.peer.onEndOfRib("ipv4");
    bench.peer.onRouteRefresh("ipv4", 1);
    bench.peer.onRouteRefresh("ipv4", 2);
    bench.settle();
    assert.equal(bench.routes().length, 0);
    const plain = new Bench();
    plain.announce("10.1.0.0/16", 1);
    for (const subtype of [1, 2]) plain.peer.onRouteRefresh("ipv4", subtype);
    plain.settle();
    assert.equal(plain.routes().length, 1);
  });

  it("ends with the session", () => {
    const bench = new Bench(undefined, enhanced);
    bench.announce("10.1.0.0/16", 1);
    bench.peer.onRouteRefresh("ipv4", 1);
    bench.peer.onDown({ cause: "connection", notification: undefined, why: "", hint: "", retains: ["ipv4"] });
    bench.clock.advance(seconds(400));
    bench.settle();
    assert.deepEqual([bench.routes().length, facts(bench)], [1, []]);
  });
});
