import assert from "node:assert/strict";
import fc from "fast-check";
import { ipv4 } from "../../net/address.ts";
import { families } from "../../net/family.ts";
import { covers, masked, type Prefix, parsePrefix, prefixOf } from "../../net/prefix.ts";
import { type PathAttributes, pathAttributes } from "../attribute/path-attributes.ts";
import { AttributeIntake } from "../rib/attribute-intake.ts";
import { AttributeStore } from "../rib/attribute-store.ts";
import { NextHopTable } from "../rib/next-hop-table.ts";
import { evaluate } from "./evaluate.ts";
import type { Change, Filter, Match, PrefixRange, RouteSource, Term } from "./filter.ts";

/** A route by everything that a filter may look at. */
interface Route {
  readonly attributes: PathAttributes;
  readonly prefix: Prefix;
  readonly source: RouteSource;
  readonly peer: string;
  readonly tag: number;
  readonly interfaceName: string;
}

const isIn = (prefix: Prefix, { prefix: outer, minLength, maxLength }: PrefixRange): boolean =>
  covers(outer, prefix) &&
  prefix.length >= (minLength ?? outer.length) &&
  prefix.length <= (maxLength ?? minLength ?? outer.length);

const key = (value: unknown): string => JSON.stringify(value);
const some = <T>(wanted: readonly T[] | undefined, there: readonly T[]): boolean =>
  wanted === undefined || wanted.some((one) => there.some((other) => key(one) === key(other)));
const every = <T>(wanted: readonly T[] | undefined, there: readonly T[]): boolean =>
  wanted === undefined || wanted.every((one) => there.some((other) => key(one) === key(other)));

/** What `Match` says, word by word, on decoded attributes. */
function fits(match: Match, route: Route): boolean {
  const { attributes, prefix, source } = route;
  const asns = attributes.asPath.flatMap((segment) => segment.asns);
  const { asPath } = match;
  return (
    (match.family === undefined || match.family === prefix.family) &&
    (match.prefixes === undefined || match.prefixes.some((range) => isIn(prefix, range))) &&
    !(match.notPrefixes ?? []).some((range) => isIn(prefix, range)) &&
    (match.source === undefined || (match.source === "peers" ? source !== "local" : match.source === source)) &&
    (match.peers === undefined || match.peers.includes(route.peer)) &&
    (match.tags === undefined || match.tags.includes(route.tag)) &&
    (match.interfaces === undefined ||
      (route.interfaceName !== "" &&
        match.interfaces.some((one) =>
          one.endsWith("*") ? route.interfaceName.startsWith(one.slice(0, -1)) : one === route.interfaceName,
        ))) &&
    (match.nextHops === undefined ||
      (attributes.nextHop !== undefined && match.nextHops.some((one) => covers(one, attributes.nextHop!)))) &&
    (asPath?.contains === undefined || asPath.contains.some((asn) => asns.includes(asn))) &&
    (asPath?.first === undefined || asPath.first.includes(asns[0]!)) &&
    (asPath?.last === undefined || asPath.last.includes(asns.at(-1)!)) &&
    (asPath?.minLength === undefined || asns.length >= asPath.minLength) &&
    (asPath?.maxLength === undefined || asns.length <= asPath.maxLength) &&
    some(match.communities, attributes.communities) &&
    every(match.allCommunities, attributes.communities) &&
    some(match.largeCommunities, attributes.largeCommunities) &&
    every(match.allLargeCommunities, attributes.largeCommunities) &&
    some(match.extendedCommunities, attributes.extendedCommunities) &&
    every(match.allExtendedCommunities, attributes.extendedCommunities) &&
    (match.localPref === undefined || match.localPref === (attributes.localPref ?? 100)) &&
    (match.med === undefined || match.med === attributes.med)
  );
}

/** The verdict and every change on the way, in order. */
function naive(filter: Filter, route: Route): { readonly isAccepted: boolean; readonly terms: readonly number[] } {
  const terms: number[] = [];
  for (const [at, { match, verdict }] of filter.terms.entries()) {
    if (!fits(match, route)) continue;
    terms.push(at);
    if (verdict !== "next-term") return { isAccepted: verdict === "accept", terms };
  }
  return { isAccepted: filter.otherwise === "accept", terms };
}

const word = fc.integer({ min: 1, max: 3 });
const few = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(one, { minLength: 1, maxLength: 3 });
const large = fc.record({ globalAdministrator: word, localData1: fc.constant(1), localData2: word });
const extended = fc.record({ high: word, low: word });
const prefix = fc
  .record({ isV6: fc.boolean(), bits: fc.nat(15), length: fc.integer({ min: 8, max: 14 }) })
  .map(({ isV6, bits, length }) => {
    const address = isV6 ? parsePrefix("fd00::/8")! : ipv4(0x0a000000);
    return masked(prefixOf({ ...address, a: (address.a | (bits << 18)) >>> 0 }, length));
  });
const range = fc
  .record(
    { prefix, minLength: fc.integer({ min: 8, max: 14 }), maxLength: fc.integer({ min: 8, max: 14 }) },
    { requiredKeys: ["prefix"] },
  )
  .map((one) => one as PrefixRange);
const ranges = fc.oneof(few(range), fc.array(range, { minLength: 9, maxLength: 30 }));
const peer = fc.constantFrom("10.0.0.1", "10.0.0.2");
const nextHop = fc.integer({ min: 1, max: 4 }).map((last) => ipv4(0x0a000000 | last));

const match: fc.Arbitrary<Match> = fc
  .record(
    {
      family: fc.constantFrom(...families),
      prefixes: ranges,
      notPrefixes: ranges,
      source: fc.constantFrom("local", "internal", "external", "peers"),
      peers: few(peer),
      tags: few(word),
      interfaces: few(fc.constantFrom("eth0", "eth*", "cali*", "*")),
      nextHops: few(nextHop.map((address) => prefixOf(address, 32))),
      asPath: fc.record(
        { contains: few(word), first: few(word), last: few(word), minLength: word, maxLength: word },
        { requiredKeys: [] },
      ),
      communities: few(word),
      allCommunities: few(word),
      largeCommunities: few(large),
      allLargeCommunities: few(large),
      extendedCommunities: few(extended),
      allExtendedCommunities: few(extended),
      localPref: fc.constantFrom(100, 200),
      med: fc.constantFrom(0, 5),
    },
    { requiredKeys: [] },
  )
  // Of so many conditions hardly a route meets all: each term keeps two at most.
  .chain((all) => fc.shuffledSubarray(Object.entries(all), { maxLength: 2 }))
  .map((some) => Object.fromEntries(some) as Match);

const term: fc.Arbitrary<Term> = fc.record({
  name: fc.constant("t"),
  match,
  verdict: fc.constantFrom("accept", "reject", "next-term", "next-term"),
});
const filter: fc.Arbitrary<Filter> = fc.record({
  name: fc.constant("f"),
  terms: fc.array(term, { maxLength: 6 }),
  otherwise: fc.constantFrom("accept", "reject"),
});

const route: fc.Arbitrary<Route> = fc
  .record({
    asns: fc.array(word, { maxLength: 4 }),
    communities: fc.uniqueArray(word),
    largeCommunities: fc.uniqueArray(large, { selector: key, maxLength: 3 }),
    extendedCommunities: fc.array(extended, { maxLength: 3 }),
    localPref: fc.constantFrom(undefined, 100, 200),
    med: fc.constantFrom(undefined, 0, 5),
    nextHop: fc.option(nextHop, { nil: undefined }),
    prefix,
    source: fc.constantFrom<RouteSource>("local", "internal", "external"),
    peer,
    tag: fc.nat(3),
    interfaceName: fc.constantFrom("", "eth0", "eth1", "cali1"),
  })
  .map(({ asns, prefix: to, source, peer: from, tag, interfaceName, ...rest }) => {
    const asPath = asns.length > 0 ? [{ kind: "sequence" as const, asns }] : [];
    return { attributes: pathAttributes({ ...rest, asPath }), prefix: to, source, peer: from, tag, interfaceName };
  });

describe("filter programs", () => {
  it("decide what the conditions say word by word, whichever way they look things up", () => {
    let chains = 0;
    fc.assert(
      fc.property(filter, fc.array(route, { minLength: 1, maxLength: 8 }), (data, routes) => {
        const nextHops = new NextHopTable(() => ({ reachable: true, metric: 0 }));
        const store = new AttributeStore({ asn: 9, routerId: 9, clusterId: 9 }, nextHops);
        const intake = new AttributeIntake(store);
        for (const one of routes) {
          const label = store.labels.hold(one.tag, one.interfaceName);
          const set = intake.internAttributes(one.attributes, "ipv4", label);
          const subject = { prefix: () => one.prefix, set, source: one.source, peer: one.peer };
          const { isAccepted, terms } = evaluate(data, subject, store);
          assert.deepEqual({ isAccepted, terms }, naive(data, one));
          if (terms.length > 1) chains++;
        }
      }),
      { numRuns: 800 },
    );
    assert.ok(chains > 100, `chains of terms occurred ${chains} times`);
  });

  it("give a chain of terms the changes of all of them", () => {
    const change = (of: Change): Term => ({ name: "", match: {}, verdict: "next-term", change: of });
    const data: Filter = {
      name: "",
      terms: [change({ localPref: 5, prepend: 1 }), change({ med: 7 }), change({ localPref: 9, addMed: 2 })],
      otherwise: "accept",
    };
    const store = new AttributeStore(
      { asn: 9, routerId: 9, clusterId: 9 },
      new NextHopTable(() => ({ reachable: true, metric: 0 })),
    );
    const set = new AttributeIntake(store).internAttributes(pathAttributes(), "ipv4");
    const subject = { prefix: () => parsePrefix("10.0.0.0/8")!, set, source: "local" as const };
    const outcome = evaluate(data, subject, store);
    assert.deepEqual(outcome, {
      isAccepted: true,
      terms: [0, 1, 2],
      change: { localPref: 9, prepend: 1, med: 7, addMed: 2 },
    });
  });
});
