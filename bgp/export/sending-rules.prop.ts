import assert from "node:assert/strict";
import fc from "fast-check";
import { Writer } from "../../lib/writer.ts";
import { ipv4, ipv6 } from "../../net/address.ts";
import { encodeAttributes } from "../attribute/encode.ts";
import { pathAttributes } from "../attribute/path-attributes.ts";
import { writeReach, writeUnreach, writeUpdate } from "../message/update.ts";
import { writePrefix } from "../nlri/encode.ts";
import { simTerms } from "../sim/terms.ts";
import { UpdateTrial } from "../sim/update-trial.ts";
import type { ExportTerms } from "./export-terms.ts";
import { messagesIn, sendingFlaw } from "./sending-rules.contract.ts";

const word = fc.nat(0xffffffff);
const asn = fc.integer({ min: 1, max: 0xffffffff });
const some = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(one, { nil: undefined });

/** Enough of them do not fit into a message of 300 octets. */
const prefixes = fc.uniqueArray(fc.nat(60), { maxLength: 60, size: "max" });

/** One UPDATE as anybody may send it: every kind of prefixes in one message, attributes in any order. */
const step = fc.record({
  announced: prefixes,
  announced6: prefixes,
  withdrawn: prefixes,
  withdrawn6: prefixes,
  order: fc.infiniteStream(fc.nat(1000)),
  asPath: fc.array(asn, { minLength: 1, maxLength: 5 }),
  med: some(word),
  communities: fc.uniqueArray(word, { maxLength: 3 }),
  originatorId: some(word),
  clusterList: fc.array(word, { maxLength: 2 }),
  otc: some(asn),
  unknown: fc.uniqueArray(fc.constantFrom(20, 31, 34, 99, 200), { maxLength: 3 }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const listeners: readonly Partial<ExportTerms>[] = [
  {},
  { isInternal: true, isClient: true, addPath: "all" },
  { isInternal: true, nextHopSelf: true, gracefulShutdown: true },
  { fourOctetAs: false, extendedNextHop: true, maxMessageLength: 300 },
  { role: "provider", localAsn: 65100 },
];

function nlri(list: readonly number[], isV6: boolean): Uint8Array {
  const writer = new Writer();
  for (const n of list) {
    if (isV6) writePrefix(writer, { family: "ipv6", a: 0x20010db8, b: n << 16, c: 0, d: 0, length: 48 });
    else writePrefix(writer, { family: "ipv4", a: (0x0a000000 | (n << 16)) >>> 0, b: 0, c: 0, d: 0, length: 16 });
  }
  return writer.take();
}

/** The attributes one by one. */
function split(block: Uint8Array): Uint8Array[] {
  const all: Uint8Array[] = [];
  for (let at = 0; at < block.length; ) {
    const next = at + (block[at]! & 0x10 ? 4 + ((block[at + 2]! << 8) | block[at + 3]!) : 3 + block[at + 2]!);
    all.push(block.slice(at, next));
    at = next;
  }
  return all;
}

function message(of: Step): Uint8Array {
  const writer = new Writer();
  const { asPath, med, communities, originatorId, clusterList, otc, order } = of;
  const unknown = [...of.unknown].sort((x, y) => x - y).map((code) => ({ code, flags: 0xc0, value: Uint8Array.of(7) }));
  const path = [{ kind: "sequence" as const, asns: asPath }];
  const own = {
    asPath: path,
    nextHop: ipv4(0x0a000002),
    localPref: 100,
    med,
    communities,
    originatorId,
    clusterList,
    otc,
  };
  encodeAttributes(pathAttributes({ ...own, unknown }), { fourOctetAs: true, isInternal: true }, writer);
  const attributes = split(writer.take());
  const hop = { address: ipv6(0x20010db8, 0, 0, 2), linkLocal: undefined };
  if (of.announced6.length > 0) attributes.push(writeReach(writer, "ipv6", hop, nlri(of.announced6, true)).take());
  if (of.withdrawn6.length > 0) attributes.push(writeUnreach(writer, "ipv6", nlri(of.withdrawn6, true)).take());
  const keys = attributes.map((one) => [order.next().value as number, one] as const);
  const shuffled = keys.sort(([x], [y]) => x - y).map(([, one]) => one);
  const parts = { withdrawn: nlri(of.withdrawn, false), nlri: nlri(of.announced, false) };
  return writeUpdate(writer, { ...parts, attributes: Uint8Array.from(shuffled.flatMap((one) => [...one])) }).take();
}

describe("what is packed for other peers", () => {
  it("never has two kinds of prefixes, MP attributes in front, others ascending: whatever came (RFC 7606 5.1)", () => {
    const kinds = { announced: 0, withdrawn: 0, reach: 0, unreach: 0 };
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 8, size: "max" }), (steps) => {
        const trial = new UpdateTrial([simTerms({ isInternal: true, peerAsn: 65000 })]);
        for (const terms of listeners) {
          trial.listen(terms, (messages) => {
            for (const one of messagesIn(messages)) {
              assert.equal(sendingFlaw(one), undefined);
              assert.ok(one.length <= (terms.maxMessageLength ?? 4096));
              if ((one[19]! << 8) | one[20]!) kinds.withdrawn++;
              else if (one[24] === 14) kinds.reach++;
              else if (one[24] === 15) kinds.unreach++;
              else kinds.announced++;
            }
          });
        }
        for (const one of steps.map(message)) {
          assert.ok(["ok", "discard"].includes(trial.take(0, one, 0, one.length)));
          trial.settle();
        }
      }),
      { numRuns: 60 },
    );
    for (const [kind, count] of Object.entries(kinds)) assert.ok(count > 50, `${kind}: ${count}`);
  });

  it("is recognised when it breaks them", () => {
    const path = [0x40, 2, 0];
    const origin = [0x40, 1, 1, 0];
    const reach = [0x80, 14, 5, 0, 2, 1, 0, 0];
    const flaw = (attributes: readonly number[], nlri6: readonly number[] = [], withdrawn: readonly number[] = []) => {
      const parts = { attributes: Uint8Array.from(attributes), nlri: Uint8Array.from(nlri6) };
      return sendingFlaw(writeUpdate(new Writer(), { ...parts, withdrawn: Uint8Array.from(withdrawn) }).take());
    };
    assert.equal(flaw([...reach, ...origin, ...path]), undefined);
    assert.equal(flaw([...origin, ...path], [8, 10]), undefined);
    assert.match(flaw([...origin, ...reach, ...path])!, /not in front/);
    assert.match(flaw([...path, ...origin], [8, 10])!, /do not ascend/);
    assert.match(flaw([...origin, ...origin], [8, 10])!, /do not ascend/);
    assert.match(flaw([...reach, ...origin], [8, 10])!, /two kinds/);
    assert.match(flaw(origin, [8, 10], [8, 11])!, /two kinds/);
  });
});
