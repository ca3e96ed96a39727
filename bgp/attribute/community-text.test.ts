import assert from "node:assert/strict";
import fc from "fast-check";
import {
  formatCommunity,
  formatExtendedCommunity,
  formatLargeCommunity,
  parseCommunity,
  parseExtendedCommunity,
  parseLargeCommunity,
} from "./community-text.ts";

const u32 = fc.integer({ min: 0, max: 0xffffffff });

describe("texts of communities", () => {
  it("read what operators write and refuse the rest", () => {
    assert.equal(parseCommunity("65000:7"), 65000 * 65536 + 7);
    assert.equal(parseCommunity("No-Export"), 0xffffff01);
    assert.equal(parseCommunity("graceful-shutdown"), 0xffff0000);
    for (const wrong of ["", "1", "65536:1", "1:65536", "a:b", "1:2:3", " 1:2"]) {
      assert.equal(parseCommunity(wrong), undefined, wrong);
    }
    assert.deepEqual(parseLargeCommunity("65000:1:4294967295"), {
      globalAdministrator: 65000,
      localData1: 1,
      localData2: 0xffffffff,
    });
    for (const wrong of ["1:2", "1:2:4294967296", "1:2:3:4"])
      assert.equal(parseLargeCommunity(wrong), undefined, wrong);
  });

  it("know route targets and sites of origin of all three kinds (RFC 4360, RFC 5668)", () => {
    const rows: [string, number, number][] = [
      ["rt:65000:100", 0x0002fde8, 100],
      ["rt:4200000000:100", 0x0202fa56, 0xea000064],
      ["soo:10.0.0.1:7", 0x01030a00, 0x00010007],
      ["0x4004000011223344", 0x40040000, 0x11223344],
    ];
    for (const [text, high, low] of rows) {
      assert.deepEqual(parseExtendedCommunity(text), { high, low }, text);
      assert.equal(formatExtendedCommunity({ high, low }), text);
    }
    for (const wrong of ["rt:65000", "xx:1:2", "rt:4200000000:65536", "rt:fd00::1:7", "0x12", "rt:1:4294967296"]) {
      assert.equal(parseExtendedCommunity(wrong), undefined, wrong);
    }
  });

  it("come back as what they were", () => {
    fc.assert(
      fc.property(u32, u32, u32, (a, b, c) => {
        assert.equal(parseCommunity(formatCommunity(a)), a);
        const large = { globalAdministrator: a, localData1: b, localData2: c };
        assert.deepEqual(parseLargeCommunity(formatLargeCommunity(large)), large);
        assert.deepEqual(parseExtendedCommunity(formatExtendedCommunity({ high: a, low: b })), { high: a, low: b });
      }),
    );
  });
});
