import assert from "node:assert/strict";
import fc from "fast-check";
import { SimClock } from "../../lib/sim/clock.ts";
import { ipv4 } from "../../net/address.ts";
import { covers, formatPrefix, masked, type Prefix, parsePrefix } from "../../net/prefix.ts";
import { decodeAttributes } from "../attribute/decode.ts";
import { type PathAttributes, pathAttributes } from "../attribute/path-attributes.ts";
import { ineligible } from "../rib/path-table.ts";
import { localPeer } from "../rib/peer-table.ts";
import type { Aggregate } from "../speaker/config.ts";
import { connectedNextHops } from "../speaker/ports.ts";
import { Tables } from "../speaker/tables.ts";
import { work } from "../speaker/turn.ts";

const p = (text: string): Prefix => parsePrefix(text)!;
const clock = new SimClock();

/** A route of one peer or of our own, or its absence. */
interface Step {
  readonly isOurs: boolean;
  readonly prefix: string;
  readonly attributes: PathAttributes | undefined;
}

const prefixes = [
  "10.0.0.0/8",
  "10.0.0.0/12",
  "10.1.0.0/16",
  "10.1.2.0/24",
  "10.16.0.0/12",
  "11.0.0.0/8",
  "10.64.0.0/10",
];
const attributes = fc
  .record({
    asns: fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
    origin: fc.constantFrom("igp" as const, "egp" as const, "incomplete" as const),
    atomicAggregate: fc.boolean(),
  })
  .map(({ asns, ...rest }) => {
    const asPath = asns.length > 0 ? [{ kind: "sequence" as const, asns }] : [];
    return pathAttributes({ ...rest, asPath, nextHop: ipv4(0x0a0a0a0a) });
  });
const step: fc.Arbitrary<Step> = fc.record({
  isOurs: fc.boolean(),
  prefix: fc.constantFrom(...prefixes),
  attributes: fc.option(attributes, { nil: undefined }),
});
const aggregates = fc.uniqueArray(
  fc.record({
    prefix: fc.constantFrom("10.0.0.0/8", "10.0.0.0/12", "10.1.0.0/16", "0.0.0.0/0").map(p),
    summaryOnly: fc.boolean(),
    asSet: fc.boolean(),
    communities: fc.constantFrom([], [7]),
  }),
  { selector: ({ prefix }) => formatPrefix(prefix), maxLength: 4 },
);

function build(list: readonly Aggregate[], steps: readonly Step[]): Tables {
  const config = {
    asn: 65000,
    routerId: 9,
    families: ["ipv4"] as const,
    ebgpRequiresPolicy: false,
    gracefulRestart: undefined,
    restart: { restarting: false, forwardingPreserved: [] },
    aggregates: list,
  };
  const tables = new Tables(config, connectedNextHops, undefined, () => {});
  const peer = tables.peers.add({ name: "x", address: ipv4(1), isInternal: false, isClient: false, routerId: 1 });
  const { rib } = tables.of("ipv4")!;
  for (const { isOurs, prefix, attributes: said } of steps) {
    const from = isOurs ? localPeer : peer;
    const { a, b, c, d, length } = p(prefix);
    if (said === undefined) {
      const id = rib.prefixes.find(a, b, c, d, length);
      if (id !== 0) rib.adjRibIn.withdraw(id, from, 0);
    } else {
      const set = tables.intake.internAttributes(said, "ipv4");
      tables.attributes.hold(set);
      rib.adjRibIn.announce(rib.prefixes.intern(a, b, c, d, length), from, 0, set, ineligible.no);
      tables.attributes.drop(set);
    }
    work(tables, true, clock);
  }
  return tables;
}

/** Every best route: whose it is, what it says, and whether an aggregate keeps it from being sent. */
function seen(tables: Tables): Map<string, string> {
  const { rib, aggregates: own } = tables.of("ipv4")!;
  const out = new Map<string, string>();
  for (let id = 1; id < rib.prefixes.limit; id++) {
    const path = rib.prefixes.holds(id) > 0 ? rib.locRib.best(id) : 0;
    if (path === 0) continue;
    const block = tables.attributes.block(rib.paths.attributes[path]!).slice();
    const said = decodeAttributes(block, 0, block.length, { fourOctetAs: true, isInternal: true }).attributes!;
    out.set(
      formatPrefix(rib.prefixes.prefix(id)),
      text(rib.paths.peer[path] === 0, said, own?.isSuppressed(id) ?? false),
    );
  }
  return new Map([...out].sort(([x], [y]) => (x < y ? -1 : 1)));
}

function text(isOwn: boolean, said: PathAttributes, isSuppressed: boolean): string {
  const { origin, asPath, atomicAggregate, aggregator, communities } = said;
  return JSON.stringify([isOwn, origin, asPath, atomicAggregate, aggregator ?? null, communities, isSuppressed]);
}

/** What the end state must be, from the routes that are there and the definition of an aggregate alone. */
function expected(list: readonly Aggregate[], steps: readonly Step[]): Map<string, string> {
  const learned = new Map<string, PathAttributes>();
  const ours = new Map<string, PathAttributes>();
  for (const { isOurs, prefix, attributes: said } of steps) {
    const table = isOurs ? ours : learned;
    if (said) table.set(prefix, said);
    else table.delete(prefix);
  }
  const all = new Map([...learned, ...ours]);
  const isStrictly = (outer: Prefix, inner: Prefix): boolean => covers(outer, inner) && outer.length < inner.length;
  const isActive = ({ prefix }: Aggregate): boolean => [...all.keys()].some((one) => isStrictly(prefix, p(one)));
  const active = list.filter((one) => isActive(one) && !ours.has(formatPrefix(one.prefix)));
  const out = new Map<string, string>();
  const suppressed = (prefix: Prefix): boolean => list.some((one) => one.summaryOnly && isStrictly(one.prefix, prefix));
  // Where an aggregate stands, it is the best route, and what was learned for the same prefix does not count; what we
  // announce for it stands instead of the aggregate.
  const best = new Map([...all].filter(([prefix]) => !active.some((one) => formatPrefix(one.prefix) === prefix)));
  for (const [prefix, said] of best) out.set(prefix, text(ours.has(prefix), said, suppressed(p(prefix))));
  for (const one of active) {
    const inside = [...best].filter(([prefix]) => isStrictly(one.prefix, p(prefix))).map(([, said]) => said);
    const asns = [...new Set(inside.flatMap(({ asPath }) => asPath.flatMap((segment) => segment.asns)))];
    const worst = (["incomplete", "egp", "igp"] as const).find((origin) =>
      inside.some((said) => said.origin === origin),
    );
    const said = pathAttributes({
      origin: worst ?? "igp",
      asPath: one.asSet && asns.length > 0 ? [{ kind: "set", asns: asns.sort((x, y) => x - y) }] : [],
      atomicAggregate: inside.some((route) => route.atomicAggregate) || (!one.asSet && asns.length > 0),
      aggregator: { asn: 65000, routerId: 9 },
      communities: one.communities ?? [],
    });
    out.set(formatPrefix(masked(one.prefix)), text(true, said, suppressed(one.prefix)));
  }
  return new Map([...out].sort(([x], [y]) => (x < y ? -1 : 1)));
}

describe("aggregates", () => {
  it("are what lies inside them, whatever came and went before, and never count themselves", () => {
    let said = 0;
    fc.assert(
      fc.property(aggregates, fc.array(step, { maxLength: 20, size: "max" }), (list, steps) => {
        const tables = build(list, steps);
        assert.deepEqual(seen(tables), expected(list, steps));
        for (const one of seen(tables).values()) if (one.includes('"routerId":9')) said++;
        const gone = prefixes.flatMap((prefix) =>
          [true, false].map((isOurs) => ({ isOurs, prefix, attributes: undefined })),
        );
        const empty = build(list, [...steps, ...gone]);
        assert.equal(seen(empty).size, 0);
        assert.equal(empty.attributes.size, 0, "no attribute set is left behind");
      }),
      { numRuns: 120 },
    );
    assert.ok(said > 100, `${said} aggregates were seen`);
  });
});
