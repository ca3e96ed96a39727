import assert from "node:assert/strict";
import {
  addressBytes,
  addressFromBytes,
  addressPlus,
  compareAddresses,
  ipv4,
  ipv6,
  isLinkLocal,
  sameAddress,
} from "./address.ts";
import { formatAddress, parseAddress } from "./address-text.ts";

describe("an address", () => {
  const texts: readonly (readonly [string, string])[] = [
    ["0.0.0.0", "0.0.0.0"],
    ["255.255.255.255", "255.255.255.255"],
    ["10.99.0.254", "10.99.0.254"],
    ["::", "::"],
    ["::1", "::1"],
    ["fe80::0:1", "fe80::1"],
    ["2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
    ["::ffff:10.0.0.1", "::ffff:10.0.0.1"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  ];
  for (const [given, canonical] of texts) {
    it(`reads ${given} and prints ${canonical} (RFC 5952)`, () => {
      const address = parseAddress(given);
      assert.ok(address);
      assert.equal(formatAddress(address), canonical);
      assert.ok(sameAddress(parseAddress(canonical)!, address));
      assert.ok(sameAddress(addressFromBytes(addressBytes(address))!, address));
    });
  }

  const wrong = [
    "",
    "1.2.3",
    "1.2.3.4.5",
    "256.0.0.1",
    "01.2.3.4",
    "1.2.3.4 ",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    ":::",
    "1::2::3",
  ];
  for (const text of [
    ...wrong,
    "g::",
    "::1%eth0",
    "12345::",
    "::1.2.3",
    "1.2.3.4::",
    ":1:2:3:4:5:6:7:8",
    `${"0:".repeat(40)}1`,
  ]) {
    it(`refuses ${JSON.stringify(text.slice(0, 30))}`, () => assert.equal(parseAddress(text), undefined));
  }

  it("is read from 4 or 16 octets and nothing else", () => {
    assert.equal(addressFromBytes(new Uint8Array(5)), undefined);
    assert.equal(formatAddress(addressFromBytes(Uint8Array.of(192, 0, 2, 1))!), "192.0.2.1");
  });

  it("counts upwards across words and wraps at the end of its family", () => {
    assert.equal(formatAddress(addressPlus(parseAddress("10.255.255.255")!, 1)), "11.0.0.0");
    assert.equal(formatAddress(addressPlus(parseAddress("255.255.255.255")!, 2)), "0.0.0.1");
    assert.equal(formatAddress(addressPlus(parseAddress("fd00::ffff:ffff:ffff:ffff")!, 1)), "fd00:0:0:1::");
    assert.equal(formatAddress(addressPlus(parseAddress("fd00::")!, 2 ** 33 + 5)), "fd00::2:0:5");
    assert.equal(formatAddress(addressPlus(parseAddress("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")!, 1)), "::");
  });

  it("has a total order: IPv4 first, then by number, unsigned", () => {
    const sorted = [ipv6(0, 0, 0, 1), ipv4(0xffffffff), ipv4(1), ipv6(0x80000000, 0, 0, 0), ipv6(0, 0, 1, 0)]
      .sort(compareAddresses)
      .map(formatAddress);
    assert.deepEqual(sorted, ["0.0.0.1", "255.255.255.255", "::1", "::1:0:0", "8000::"]);
  });

  it("knows link-local addresses of both families", () => {
    for (const text of ["fe80::1", "febf::", "169.254.1.1"]) assert.ok(isLinkLocal(parseAddress(text)!), text);
    for (const text of ["fec0::1", "fe00::", "169.253.0.1", "10.0.0.1"])
      assert.ok(!isLinkLocal(parseAddress(text)!), text);
  });
});
