import assert from "node:assert/strict";
import fc from "fast-check";
import { Writer } from "../../lib/writer.ts";
import { ipv4 } from "../../net/address.ts";
import { asPathLength, type Segment } from "./as-path.ts";
import { decodeAttributes } from "./decode.ts";
import type { AttributeTerms } from "./descriptor.ts";
import { encodeAttributes } from "./encode.ts";
import { type PathAttributes, pathAttributes } from "./path-attributes.ts";

const word = fc.nat(0xffffffff);
const record = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;
const asn = fc.integer({ min: 1, max: 0xffffffff });
const segment: fc.Arbitrary<Segment> = record({
  kind: fc.constantFrom("sequence" as const, "set" as const),
  asns: fc.array(asn, { minLength: 1, maxLength: 40 }),
});
const asPath = fc.array(segment, { maxLength: 4 });
const confedSegment: fc.Arbitrary<Segment> = record({
  kind: fc.constantFrom("confed-sequence" as const, "confed-set" as const),
  asns: fc.array(asn, { minLength: 1, maxLength: 5 }),
});
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });

const attributes: fc.Arbitrary<PathAttributes> = record({
  origin: fc.constantFrom("igp" as const, "egp" as const, "incomplete" as const),
  asPath,
  nextHop: optional(fc.integer({ min: 0x01000000, max: 0x7effffff }).map(ipv4)),
  med: optional(word),
  localPref: optional(word),
  atomicAggregate: fc.boolean(),
  aggregator: optional(record({ asn, routerId: word })),
  communities: fc.uniqueArray(word, { maxLength: 100 }),
  originatorId: optional(word),
  clusterList: fc.array(word, { maxLength: 5 }),
  extendedCommunities: fc.array(record({ high: word, low: word }), { maxLength: 40 }),
  largeCommunities: fc.uniqueArray(record({ globalAdministrator: word, localData1: word, localData2: word }), {
    maxLength: 30,
    comparator: (x, y) => JSON.stringify(x) === JSON.stringify(y),
  }),
  otc: optional(asn),
  unknown: fc
    .uniqueArray(record({ code: fc.integer({ min: 129, max: 255 }), value: fc.uint8Array({ maxLength: 300 }) }), {
      maxLength: 3,
      selector: ({ code }) => code,
    })
    .map((all) => all.map((one) => ({ ...one, flags: 0xe0 })).sort((x, y) => x.code - y.code)),
}).map((some) => pathAttributes(some));

function through(value: PathAttributes, terms: AttributeTerms): PathAttributes {
  const writer = new Writer();
  encodeAttributes(value, terms, writer);
  const found = decodeAttributes(writer.view(), 0, writer.length, terms);
  assert.equal(found.verdict, "ok", JSON.stringify(found.faults));
  return found.attributes!;
}

describe("attributes on the wire", () => {
  it("come back as they went, between internal peers with four-octet AS numbers", () => {
    fc.assert(
      fc.property(attributes, (value) => {
        assert.deepEqual(through(value, { fourOctetAs: true, isInternal: true }), value);
      }),
      { numRuns: 500 },
    );
  });

  it("leave behind what is internal when they go outside", () => {
    fc.assert(
      fc.property(attributes, (value) => {
        const outside = { ...value, localPref: undefined, originatorId: undefined, clusterList: [] };
        assert.deepEqual(through(value, { fourOctetAs: true, isInternal: false }), outside);
      }),
    );
  });

  it("survive a peer with two-octet AS numbers, by their AS4 twins", () => {
    fc.assert(
      fc.property(attributes, (value) => {
        const back = through(value, { fourOctetAs: false, isInternal: true });
        const flat = (path: readonly Segment[]): unknown => path.flatMap(({ kind, asns }) => [kind, ...asns]);
        assert.equal(asPathLength(back.asPath), asPathLength(value.asPath));
        assert.deepEqual(back.aggregator, value.aggregator);
        const merged = value.asPath.filter(({ kind }, i) => kind === "set" || value.asPath[i - 1]?.kind !== "sequence");
        if (merged.length === value.asPath.length) assert.deepEqual(flat(back.asPath), flat(value.asPath));
      }),
    );
  });

  it("keep the segments of a confederation among its members, with two-octet AS numbers too (RFC 5065, RFC 6793 4.2.2)", () => {
    const paths = fc.tuple(
      fc.array(confedSegment, { minLength: 1, maxLength: 3 }),
      fc.array(segment, { maxLength: 1 }),
    );
    fc.assert(
      fc.property(attributes, paths, (value, [confed, rest]) => {
        const path = [...confed, ...rest];
        const said = { ...value, asPath: path };
        const inside = { isInternal: true, inConfederation: true };
        assert.deepEqual(through(said, { ...inside, fourOctetAs: true }), said);
        const back = through(said, { ...inside, fourOctetAs: false }).asPath;
        // AS4_PATH does not carry them, so their large numbers are lost and what lies behind them is not.
        const small = confed.map(({ kind, asns }) => ({ kind, asns: asns.map((n) => (n > 0xffff ? 23456 : n)) }));
        assert.deepEqual(back, [...small, ...rest]);
        for (const fourOctetAs of [false, true]) {
          const writer = new Writer();
          encodeAttributes(said, { isInternal: true, fourOctetAs }, writer);
          const { verdict } = decodeAttributes(writer.view(), 0, writer.length, { isInternal: true, fourOctetAs });
          assert.equal(verdict, "withdraw");
        }
      }),
    );
  });

  it("are encoded in ascending order of code, and the same each time", () => {
    fc.assert(
      fc.property(attributes, (value) => {
        const terms = { fourOctetAs: false, isInternal: true };
        const [one, two] = [new Writer(), new Writer()];
        encodeAttributes(value, terms, one);
        encodeAttributes(through(value, { fourOctetAs: true, isInternal: true }), terms, two);
        assert.deepEqual(one.view(), two.view());
        const buf = one.view();
        let last = 0;
        for (let at = 0; at < buf.length; ) {
          const extended = (buf[at]! & 0x10) !== 0;
          assert.ok(buf[at + 1]! > last);
          last = buf[at + 1]!;
          at += extended ? 4 + (buf[at + 2]! << 8) + buf[at + 3]! : 3 + buf[at + 2]!;
        }
      }),
    );
  });
});
