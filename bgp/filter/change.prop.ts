import assert from "node:assert/strict";
import fc from "fast-check";
import { Writer } from "../../lib/writer.ts";
import { prependAs } from "../attribute/as-path.ts";
import { decodeAttributes } from "../attribute/decode.ts";
import { encodeAttributes } from "../attribute/encode.ts";
import { type PathAttributes, pathAttributes } from "../attribute/path-attributes.ts";
import { keep, noEdit } from "../export/block-edit.ts";
import { BlockEditor } from "../export/block-editor.ts";
import { isWide, rewritten, settled } from "./change.ts";
import { combined } from "./combine.ts";
import type { Change } from "./filter.ts";

const terms = { fourOctetAs: true, isInternal: true } as const;
const localAsn = 65000;
const editor = new BlockEditor();

function encoded(attributes: PathAttributes): Uint8Array {
  const writer = new Writer(64);
  encodeAttributes(attributes, terms, writer);
  return writer.take();
}

function decoded(block: Uint8Array): PathAttributes {
  return decodeAttributes(block, 0, block.length, terms).attributes!;
}

/** A change as import does it: what one pass cannot do first, then the pass. */
function apply(block: Uint8Array, wish: Change): Uint8Array {
  const change = settled(wish, decoded(block).med ?? 0);
  const from = isWide(change) ? rewritten(block, change, localAsn) : block;
  const length = editor.edit(from, 0, from.length, {
    ...noEdit,
    prependAsn: localAsn,
    prependTimes: change.prepend ?? 0,
    med: change.med ?? keep,
    localPref: change.localPref ?? keep,
    withoutCommunities: change.removeCommunities ?? [],
    withCommunities: change.addCommunities ?? [],
  });
  return editor.out.slice(0, length);
}

const key = (value: unknown): string => JSON.stringify(value);

function list<T>(there: readonly T[], remove: readonly T[] | "all" | undefined, add: readonly T[] = []): string[] {
  const left = there.map(key).filter((one) => remove !== "all" && !(remove ?? []).map(key).includes(one));
  return [...new Set([...left, ...add.map(key)])].sort();
}

/** What `Change` says, word by word; lists as sets. */
function naive(attributes: PathAttributes, change: Change): object {
  const asns = (change.prependAsns ?? []).map((asn) => (asn === "own" ? localAsn : asn));
  let { asPath } = attributes;
  for (const asn of [...new Array<number>(change.prepend ?? 0).fill(localAsn), ...asns].reverse()) {
    asPath = prependAs(asPath, asn);
  }
  const med = change.med ?? attributes.med;
  return {
    asPath,
    med: change.addMed === undefined ? med : Math.min(0xffffffff, Math.max(0, (med ?? 0) + change.addMed)),
    localPref: change.localPref ?? attributes.localPref,
    communities: list(attributes.communities, change.removeCommunities, change.addCommunities),
    large: list(attributes.largeCommunities, change.removeLargeCommunities, change.addLargeCommunities),
    extended: list(attributes.extendedCommunities, change.removeExtendedCommunities, change.addExtendedCommunities),
  };
}

function seen(attributes: PathAttributes): object {
  return naive(attributes, {});
}

const word = fc.integer({ min: 1, max: 4 });
const large = fc.record({ globalAdministrator: word, localData1: fc.constant(1), localData2: fc.constant(1) });
const extended = fc.record({ high: word, low: fc.constant(1) });
const lists = <T>(one: fc.Arbitrary<T>) => fc.uniqueArray(one, { selector: key, maxLength: 3 });
const orAll = <T>(one: fc.Arbitrary<T>) => fc.oneof(fc.constant("all" as const), lists(one));

const change: fc.Arbitrary<Change> = fc.record(
  {
    med: word,
    addMed: fc.integer({ min: -5, max: 5 }),
    localPref: word,
    addCommunities: lists(word),
    removeCommunities: orAll(word),
    addLargeCommunities: lists(large),
    removeLargeCommunities: orAll(large),
    addExtendedCommunities: lists(extended),
    removeExtendedCommunities: orAll(extended),
    prepend: fc.nat(3),
    prependAsns: fc.array(fc.oneof(word, fc.constant("own" as const)), { maxLength: 3 }),
  },
  { requiredKeys: [] },
);

const attributes = fc
  .record({
    asns: fc.array(word, { maxLength: 3 }),
    med: fc.option(word, { nil: undefined }),
    localPref: fc.option(word, { nil: undefined }),
    communities: fc.uniqueArray(word),
    largeCommunities: lists(large),
    extendedCommunities: lists(extended),
  })
  .map(({ asns, ...rest }) => {
    return pathAttributes({ ...rest, asPath: asns.length > 0 ? [{ kind: "sequence", asns }] : [] });
  });

describe("changes of a filter", () => {
  it("do to the octets what they say", () => {
    fc.assert(
      fc.property(attributes, change, (before, wish) => {
        assert.deepEqual(seen(decoded(apply(encoded(before), wish))), naive(before, wish));
      }),
      { numRuns: 600 },
    );
  });

  it("are one change when they follow each other", () => {
    fc.assert(
      fc.property(attributes, change, change, (before, first, then) => {
        // Subtracting below 0 stops there, so only what is clear of the bounds adds up.
        const start = { ...before, med: 1000 };
        const inTurn = apply(apply(encoded(start), first), then);
        const atOnce = apply(encoded(start), combined(first, then)!);
        if (first.med === undefined) assert.deepEqual(seen(decoded(atOnce)), seen(decoded(inTurn)));
      }),
      { numRuns: 600 },
    );
  });

  it("leave MP_REACH_NLRI where it stands", () => {
    const reach = Uint8Array.of(0x80, 14, 21, 0, 2, 1, 16, ...new Array<number>(16).fill(7), 0);
    const block = Uint8Array.of(...reach, ...encoded(pathAttributes()));
    const out = rewritten(block, { prependAsns: [65001] }, localAsn);
    assert.deepEqual(out.subarray(0, reach.length), reach);
    assert.deepEqual(decoded(out.slice(reach.length)).asPath, [{ kind: "sequence", asns: [65001] }]);
  });
});
