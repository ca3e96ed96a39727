import assert from "node:assert/strict";
import { formatAddress, parseAddress } from "./address-text.ts";
import {
  covers,
  formatPrefix,
  hostPrefix,
  isMasked,
  masked,
  nthAddress,
  ordinalOf,
  overlaps,
  parsePrefix,
  prefixKey,
  prefixSize,
} from "./prefix.ts";

const prefix = (text: string) => parsePrefix(text)!;

describe("a prefix", () => {
  it("keeps the host bits it was given and drops them in its key", () => {
    assert.equal(formatPrefix(prefix("10.0.0.1/24")), "10.0.0.1/24");
    assert.equal(prefixKey(prefix("10.0.0.1/24")), "10.0.0.0/24");
    assert.equal(prefixKey(prefix("2001:db8:ffff:ffff::/33")), "2001:db8:8000::/33");
    assert.ok(!isMasked(prefix("fd00::1/64")) && isMasked(prefix("fd00::/64")) && isMasked(prefix("fd00::1/128")));
  });

  it("reads a bare address as one host", () => {
    assert.equal(formatPrefix(prefix("10.1.2.3")), "10.1.2.3/32");
    assert.equal(formatPrefix(prefix("fd00::1")), "fd00::1/128");
    assert.equal(formatPrefix(hostPrefix(parseAddress("::")!)), "::/128");
  });

  for (const text of [
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/",
    "10.0.0.0/08",
    "/8",
    "fd00::/129",
    "10.0.0.0/8/8",
    "10.0.0.0/1e1",
  ]) {
    it(`refuses ${text}`, () => assert.equal(parsePrefix(text), undefined));
  }

  it("covers what lies inside it, itself too, and nothing of the other family", () => {
    assert.ok(covers(prefix("10.0.0.0/8"), prefix("10.255.0.0/16")));
    assert.ok(covers(prefix("10.0.0.0/8"), prefix("10.0.0.0/8")));
    assert.ok(!covers(prefix("10.0.0.0/16"), prefix("10.0.0.0/8")));
    assert.ok(covers(prefix("0.0.0.0/0"), parseAddress("255.1.1.1")!));
    assert.ok(!covers(prefix("0.0.0.0/0"), prefix("::/0")));
    assert.ok(covers(prefix("2001:db8::/33"), prefix("2001:db8:7fff::/48")));
    assert.ok(!covers(prefix("2001:db8::/33"), prefix("2001:db8:8000::/48")));
    assert.ok(
      overlaps(prefix("10.0.0.0/9"), prefix("10.0.0.0/8")) && !overlaps(prefix("10.0.0.0/9"), prefix("10.128.0.0/9")),
    );
  });

  it("numbers its addresses from the first, and back", () => {
    for (const [block, ordinal, address] of [
      ["10.0.0.64/26", 63, "10.0.0.127"],
      ["10.0.0.77/26", 0, "10.0.0.64"],
      ["fd00::40/122", 5, "fd00::45"],
      ["0.0.0.0/0", 0x80000000, "128.0.0.0"],
    ] as const) {
      assert.equal(formatAddress(nthAddress(prefix(block), ordinal)), address, block);
      assert.equal(ordinalOf(prefix(block), parseAddress(address)!), ordinal, block);
    }
  });

  it("knows its size and masks at every length", () => {
    assert.equal(prefixSize(prefix("10.0.0.0/26")), 64);
    for (let length = 0; length <= 128; length++) {
      const all = masked(prefix(`ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/${length}`));
      const bits = [all.a, all.b, all.c, all.d].map((w) => w.toString(2).padStart(32, "0")).join("");
      assert.equal(bits, "1".repeat(length) + "0".repeat(128 - length));
    }
  });
});
