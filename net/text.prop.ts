import assert from "node:assert/strict";
import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { ipv4, ipv6 } from "./address.ts";
import { formatAddress, parseAddress } from "./address-text.ts";
import { covers, formatPrefix, masked, parsePrefix, prefixOf } from "./prefix.ts";

const word = fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom(0, 1, 0xffff, 0x10000, 0xffffffff));
const address = fc.oneof(
  word.map(ipv4),
  fc.tuple(word, word, word, word).map((w) => ipv6(...w)),
);

describe("address texts", () => {
  it("agree with ipaddr.js, which knows nothing of us", () => {
    fc.assert(
      fc.property(address, (a) => {
        const theirs = ipaddr.parse(formatAddress(a));
        const octets = [a.a, ...(a.family === "ipv6" ? [a.b, a.c, a.d] : [])].flatMap((w) => [
          w >>> 24,
          (w >>> 16) & 255,
          (w >>> 8) & 255,
          w & 255,
        ]);
        assert.deepEqual(theirs.toByteArray(), octets);
        assert.deepEqual(parseAddress(theirs.toNormalizedString()), a);
      }),
    );
  });

  it("never make the parser throw, whatever the text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f:./]{0,50}$/)), (text) => {
        const a = parseAddress(text);
        if (a) assert.deepEqual(parseAddress(formatAddress(a)), a);
        const p = parsePrefix(text);
        if (p) assert.deepEqual(parsePrefix(formatPrefix(p)), p);
      }),
    );
  });

  it("cover exactly what ipaddr.js says matches", () => {
    fc.assert(
      fc.property(address, address, fc.nat(128), (x, y, n) => {
        const length = x.family === "ipv4" ? n % 33 : n;
        const p = masked(prefixOf(x, length));
        const theirs =
          x.family === y.family && ipaddr.parse(formatAddress(y)).match(ipaddr.parse(formatAddress(x)), length);
        assert.equal(covers(p, y), theirs);
      }),
    );
  });
});
