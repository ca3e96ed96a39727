import assert from "node:assert/strict";
import fc from "fast-check";
import { Writer } from "../../lib/writer.ts";
import { ipv4 } from "../../net/address.ts";
import { decodeAttributes } from "../attribute/decode.ts";
import { encodeAttributes } from "../attribute/encode.ts";
import { pathAttributes } from "../attribute/path-attributes.ts";
import { isPlainBlock } from "./plain-block.ts";

const u32 = fc.integer({ min: 0, max: 0xffffffff });
const attributes = fc.record({
  origin: fc.constantFrom("igp", "egp", "incomplete" as const),
  asPath: fc.array(fc.integer({ min: 1, max: 0xffffffff }), { maxLength: 4 }),
  med: fc.option(u32, { nil: undefined }),
  localPref: fc.option(u32, { nil: undefined }),
  communities: fc.uniqueArray(u32, { maxLength: 4 }),
  clusterList: fc.array(u32, { maxLength: 2 }),
  aggregator: fc.boolean(),
});

function block(of: typeof attributes extends fc.Arbitrary<infer T> ? T : never): Uint8Array {
  const writer = new Writer();
  const { asPath, aggregator, origin, ...rest } = of;
  const full = pathAttributes({
    ...rest,
    origin: origin as "igp",
    nextHop: ipv4(0x0a000001),
    asPath: asPath.length > 0 ? [{ kind: "sequence", asns: asPath }] : [],
    aggregator: aggregator ? { asn: 65001, routerId: 7 } : undefined,
  });
  encodeAttributes(full, { fourOctetAs: true, isInternal: true }, writer);
  return writer.take();
}

describe("plain blocks", () => {
  it("are sound, and say the same after decoding and encoding: also when an octet was spoilt on the way", () => {
    let plain = 0;
    fc.assert(
      fc.property(attributes, fc.option(fc.tuple(fc.nat(80), fc.nat(255))), fc.boolean(), (of, spoilt, isInternal) => {
        const octets = block(of);
        if (spoilt && spoilt[0] < octets.length) octets[spoilt[0]] = spoilt[1];
        if (!isPlainBlock(octets, 0, octets.length, isInternal)) return;
        plain++;
        const terms = { fourOctetAs: true, isInternal };
        const { verdict, attributes: decoded } = decodeAttributes(octets, 0, octets.length, terms);
        assert.equal(verdict, "ok");
        const writer = new Writer();
        encodeAttributes(decoded!, { fourOctetAs: true, isInternal: true }, writer);
        const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
        assert.equal(hex(writer.view()), hex(octets));
      }),
      { numRuns: 3000 },
    );
    assert.ok(plain > 300, `${plain} of 3000 blocks were plain`);
  });
});
