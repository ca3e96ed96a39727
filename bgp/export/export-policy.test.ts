import assert from "node:assert/strict";
import { type Address, ipv4 } from "../../net/address.ts";
import { formatAddress, parseAddress } from "../../net/address-text.ts";
import { parsePrefix } from "../../net/prefix.ts";
import { decodeAttributes } from "../attribute/decode.ts";
import { type PathAttributes, pathAttributes } from "../attribute/path-attributes.ts";
import { acceptAll, type Change, type Filter } from "../filter/filter.ts";
import { community } from "../iana.ts";
import { AttributeIntake } from "../rib/attribute-intake.ts";
import { AttributeStore } from "../rib/attribute-store.ts";
import { NextHopTable } from "../rib/next-hop-table.ts";
import { PeerTable } from "../rib/peer-table.ts";
import { Rib } from "../rib/rib.ts";
import { denialWhy } from "./denial.ts";
import { ExportPolicy } from "./export-policy.ts";
import type { ExportTerms } from "./export-terms.ts";
import { nextHopOf } from "./exported-block.ts";
import { plainTerms } from "./plain-terms.ts";
import { SuppressingPolicy } from "./suppressing-policy.ts";

const ip = (text: string): Address => parseAddress(text)!;

/** An eBGP peer, 10.0.0.9, at our end 10.0.0.254. */
const external = plainTerms("ipv4", ip("10.0.0.254"), { clusterId: 7 });
const internal: ExportTerms = { ...external, isInternal: true };
const client: ExportTerms = { ...internal, isClient: true };
const ipv6External: ExportTerms = { ...external, family: "ipv6", ownAddress: ip("2001:db8::fe") };
const ipv6Internal: ExportTerms = { ...ipv6External, isInternal: true };

/** Who told the route: peers of the world by index. */
const from = { local: 0, client: 1, plain: 2, external: 3, onEth0: 4, receiver: 5 } as const;

interface Question {
  readonly from?: keyof typeof from;
  readonly suppressed?: boolean;
}

class World {
  readonly store = new AttributeStore(
    { asn: 65000, routerId: 1, clusterId: 7 },
    new NextHopTable(() => ({ reachable: true, metric: 0 })),
  );
  readonly peers = new PeerTable(1);
  readonly #intake = new AttributeIntake(this.store);

  constructor() {
    const add = (name: string, isInternal: boolean, isClient: boolean): void => {
      this.peers.add({ name, address: ip(name.split("%")[0]!), isInternal, isClient, routerId: 5 });
    };
    add("10.0.0.1", true, true);
    add("10.0.0.2", true, false);
    add("10.0.0.3", false, false);
    add("fe80::1%eth0", true, true);
    add("10.0.0.9", false, false);
  }

  /** What a peer of these terms is sent: attributes, or in words why nothing. */
  ask(terms: ExportTerms, of: Partial<PathAttributes>, { from: who = "external", suppressed }: Question): Answer {
    const source = from[who];
    const rib = new Rib(terms.family, this.store, this.peers, () => {});
    const set = this.#intake.internAttributes(pathAttributes(of), terms.family);
    this.store.hold(set);
    const { a, b, c, d, length } = parsePrefix(terms.family === "ipv4" ? "10.1.0.0/16" : "2001:db8::/48")!;
    const prefix = rib.prefixes.intern(a, b, c, d, length);
    rib.adjRibIn.announce(prefix, source, 0, set, 0);
    const policy = suppressed
      ? new SuppressingPolicy(terms, this.store, this.peers, rib, (one) => one === prefix)
      : new ExportPolicy(terms, this.store, this.peers, rib);
    const path = rib.locRib.best(prefix);
    const outcome = policy.exported(prefix, set, source);
    const words = denialWhy[policy.why(prefix, path, from.receiver)];
    const block = outcome > 0 ? this.store.block(outcome) : undefined;
    const read = { fourOctetAs: terms.fourOctetAs, isInternal: true };
    const attributes = block && decodeAttributes(block, 0, block.length, read).attributes;
    const hop = outcome > 0 ? nextHopOf(this.store, outcome) : undefined;
    const octets = block?.[1] === 14 ? block[6]! : 4;
    policy.close();
    this.store.drop(set);
    return { words, attributes, hop: hop ? `${formatAddress(hop)} in ${octets}` : "" };
  }
}

interface Answer {
  readonly words: string;
  readonly attributes: PathAttributes | undefined;
  /** The next hop, and in how many octets it came. */
  readonly hop: string;
}

function ask(terms: ExportTerms, of: Partial<PathAttributes>, question: Question = {}): Answer {
  const hop = (of.nextHop ?? of.mpNextHop ?? question.from === "local") ? {} : { nextHop: ip("10.0.0.3") };
  return new World().ask(terms, { ...hop, ...of }, question);
}

function changing(change: Change): Filter {
  return { ...acceptAll, terms: [{ name: "change", match: {}, verdict: "accept", change }] };
}

describe("export policy: why a route is not sent", () => {
  const otc = 65009;
  const cases: readonly [RegExp, ExportTerms, Partial<PathAttributes>, Question?][] = [
    [/^suppressed: a summary-only aggregate/, external, {}, { suppressed: true }],
    [/^split horizon/, external, {}, { from: "receiver" }],
    [/NO_ADVERTISE/, external, { communities: [community.noAdvertise] }],
    [/NO_EXPORT/, external, { communities: [community.noExport] }],
    [/RFC 8212/, { ...external, requiresPolicy: true }, {}],
    [/neither end is a route reflection client/, internal, {}, { from: "plain" }],
    [/reflection between clients is off/, { ...client, clientToClient: false }, {}, { from: "client" }],
    [/rejected by the export filter/, { ...external, filter: { ...acceptAll, otherwise: "reject" } }, {}],
    [/RFC 9494 4.3/, external, { communities: [community.llgrStale] }],
    [/no address of this family/, { ...external, ownAddress: undefined }, {}],
    [/does not take for IPv4 routes/, internal, { mpNextHop: { address: ip("2001:db8::3"), linkLocal: undefined } }],
    [/link-local address of a link/, ipv6Internal, { mpNextHop: { address: ip("fe80::3"), linkLocal: ip("fe80::3") } }],
    [/its next hop is the peer itself/, internal, { nextHop: ip("10.0.0.9") }],
    [/RFC 9234 5/, { ...external, role: "customer" }, { otc }],
    [/RFC 9234 5/, { ...external, role: "peer" }, { otc }],
    [/RFC 9234 5/, { ...external, role: "rs-client" }, { otc }],
    [/fit into no message/, external, { communities: Array.from({ length: 1100 }, (_, i) => i) }],
  ];
  for (const [words, terms, of, question] of cases) {
    it(`${words}`, () => assert.match(ask(terms, of, question).words, words));
  }

  it("tells the first reason of several, in the order of the checks", () => {
    const communities = [community.noAdvertise, community.llgrStale];
    assert.match(ask({ ...external, requiresPolicy: true }, { communities }).words, /NO_ADVERTISE/);
    const stale = { ...external, filter: { ...acceptAll, otherwise: "reject" as const } };
    assert.match(ask(stale, { communities: [community.llgrStale] }).words, /filter/);
  });

  it("has nothing to say of what is sent", () => {
    assert.equal(ask(external, {}).words, "");
    assert.equal(ask({ ...external, longLived: true }, { communities: [community.llgrStale] }).words, "");
    assert.equal(ask({ ...client, clientToClient: true }, {}, { from: "client" }).words, "");
    assert.equal(ask({ ...client, clientToClient: false }, {}, { from: "plain" }).words, "");
    const long = { communities: Array.from({ length: 1100 }, (_, i) => i) };
    assert.equal(ask({ ...external, maxMessageLength: 65535 }, long).words, "");
  });
});

describe("export policy: what a route is sent with", () => {
  it("ONLY_TO_CUSTOMER: our AS towards customers, peers and clients, kept where it is, kept out elsewhere (RFC 9234 5)", () => {
    for (const role of ["provider", "peer", "rs"] as const) {
      assert.equal(ask({ ...external, role }, {}).attributes?.otc, 65000, role);
    }
    assert.equal(ask({ ...external, role: "provider" }, { otc: 65009 }).attributes?.otc, 65009);
    assert.equal(ask({ ...external, role: "customer" }, {}).attributes?.otc, undefined);
    assert.equal(ask(external, { otc: 65009 }).attributes?.otc, 65009, "no role, no rule");
    assert.equal(ask({ ...internal, role: "provider" }, {}).attributes?.otc, undefined, "eBGP only");
  });

  it("GRACEFUL_SHUTDOWN on everything, and LOCAL_PREF 0 towards iBGP, whatever the filter says (RFC 8326 4)", () => {
    const out = ask({ ...external, gracefulShutdown: true }, { communities: [5] }).attributes;
    assert.deepEqual([out?.communities, out?.localPref], [[5, community.gracefulShutdown], undefined]);
    const filter = changing({ localPref: 300, removeCommunities: "all" });
    const inside = ask({ ...internal, gracefulShutdown: true, filter }, { communities: [5] }).attributes;
    assert.deepEqual([inside?.communities, inside?.localPref], [[community.gracefulShutdown], 0]);
  });

  it("only the AS number that we have towards the peer stands in front of AS_PATH, as with BIRD's local as", () => {
    const path = { asPath: [{ kind: "sequence" as const, asns: [65003] }] };
    const sent = ask({ ...external, localAsn: 64999 }, path).attributes;
    assert.deepEqual(sent?.asPath, [{ kind: "sequence", asns: [64999, 65003] }]);
    const two = ask({ ...external, localAsn: 64999, fourOctetAs: false }, path).attributes;
    assert.deepEqual(two?.asPath, [{ kind: "sequence", asns: [64999, 65003] }]);
  });

  it("what a filter puts in front, takes out and adds up", () => {
    const filter = changing({
      prependAsns: [65100, "own"],
      addMed: 5,
      med: 10,
      addLargeCommunities: [{ globalAdministrator: 1, localData1: 2, localData2: 3 }],
    });
    const sent = ask({ ...external, filter }, { asPath: [{ kind: "sequence", asns: [65003] }] }).attributes;
    assert.deepEqual(sent?.asPath, [{ kind: "sequence", asns: [65000, 65100, 65000, 65003] }]);
    assert.deepEqual([sent?.med, sent?.largeCommunities.length], [15, 1]);
  });
});

describe("export policy: next hops", () => {
  const global = { mpNextHop: { address: ip("2001:db8::3"), linkLocal: undefined } };
  const both = { mpNextHop: { address: ip("2001:db8::3"), linkLocal: ip("fe80::3") } };
  const alone = { mpNextHop: { address: ip("fe80::3"), linkLocal: ip("fe80::3") } };

  it("is ourselves towards eBGP, and what it was towards iBGP (RFC 4271 5.1.3)", () => {
    assert.equal(ask(external, {}).hop, "10.0.0.254 in 4");
    assert.equal(ask(internal, {}).hop, "10.0.0.3 in 4");
    assert.equal(ask({ ...internal, nextHopSelf: true }, {}).hop, "10.0.0.254 in 4");
    assert.equal(ask({ ...client, nextHopSelf: true }, {}, { from: "client" }).hop, "10.0.0.3 in 4", "RFC 4456 10");
    assert.equal(ask(internal, {}, { from: "local" }).hop, "10.0.0.254 in 4");
  });

  it("stays towards eBGP when it lies on the link that we share, but for our own routes (RFC 4271 5.1.3)", () => {
    const shared = { ...external, sharedLink: [parsePrefix("10.0.0.0/24")!] };
    assert.equal(ask(shared, {}).hop, "10.0.0.3 in 4");
    assert.equal(ask(shared, { nextHop: ip("10.0.1.3") }).hop, "10.0.0.254 in 4");
    assert.equal(ask(shared, {}, { from: "local" }).hop, "10.0.0.254 in 4");
    assert.match(ask(shared, { nextHop: ip("10.0.0.9") }).words, /the peer itself/);
  });

  it("of IPv4 routes may be an IPv6 address where the peer takes such (RFC 8950 4)", () => {
    const over6 = { ...external, ownAddress: ip("2001:db8::fe"), extendedNextHop: true };
    assert.equal(ask(over6, {}).hop, "2001:db8::fe in 16");
    assert.equal(ask({ ...internal, extendedNextHop: true }, global).hop, "2001:db8::3 in 16");
    assert.equal(ask({ ...external, extendedNextHop: true }, global).hop, "10.0.0.254 in 4", "an IPv4 one: NEXT_HOP");
  });

  it("has our link-local address behind it on the peer's link, or is that alone (RFC 2545 3)", () => {
    assert.equal(ask(ipv6External, global).hop, "2001:db8::fe in 16");
    assert.equal(ask({ ...ipv6External, ownLinkLocal: ip("fe80::fe") }, global).hop, "2001:db8::fe in 32");
    assert.equal(ask({ ...ipv6External, ownAddress: ip("fe80::fe") }, global).hop, "fe80::fe in 16");
  });

  it("of others loses its link-local address where it leaves the link, and keeps it on the link (RFC 2545 3)", () => {
    assert.equal(ask(ipv6Internal, both).hop, "2001:db8::3 in 16");
    const here = { ...ipv6Internal, isClient: true, link: "eth0" };
    assert.equal(ask(here, both, { from: "onEth0" }).hop, "2001:db8::3 in 32");
    assert.equal(ask(here, alone, { from: "onEth0" }).hop, "fe80::3 in 16");
    assert.match(ask({ ...here, link: "eth1" }, alone, { from: "onEth0" }).words, /link-local/);
  });

  it("may be named by a filter, if the family can have it", () => {
    const named = (nextHop: Address): ExportTerms => ({ ...external, filter: changing({ nextHop }) });
    assert.equal(ask(named(ip("10.0.0.77")), {}).hop, "10.0.0.77 in 4");
    assert.equal(ask(named(ip("2001:db8::77")), {}).hop, "10.0.0.254 in 4");
    assert.match(ask(named(ip("10.0.0.9")), {}).words, /the peer itself/);
    const mapped = { ...ipv6External, filter: changing({ nextHop: ip("::ffff:10.0.0.77") }) };
    assert.equal(ask(mapped, global).hop, "2001:db8::fe in 16");
    const self = { ...internal, filter: changing({ nextHop: "self" }) };
    assert.equal(ask(self, {}).hop, "10.0.0.254 in 4");
    assert.match(ask({ ...self, ownAddress: undefined }, {}).words, /no address of this family/);
    assert.equal(ask(internal, { nextHop: ipv4(0x0a000001) }).hop, "10.0.0.1 in 4");
  });
});
