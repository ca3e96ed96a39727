import assert from "node:assert/strict";
import { isPrivateAsn, parseAsn } from "./asn.ts";
import { formatMac, parseMac } from "./mac.ts";

describe("AS numbers", () => {
  it("are read plain and as asdot (RFC 5396)", () => {
    assert.equal(parseAsn("64512"), 64512);
    assert.equal(parseAsn("1.10"), 65546);
    assert.equal(parseAsn("4294967295"), 4294967295);
    for (const text of ["", "-1", "4294967296", "65536.1", "1.65536", "1.2.3", "as1", "1."])
      assert.equal(parseAsn(text), undefined, text);
  });
  it("for private use are those of RFC 6996", () => {
    assert.ok([64512, 65534, 4200000000, 4294967294].every(isPrivateAsn));
    assert.ok(![64511, 65535, 4199999999, 4294967295].some(isPrivateAsn));
  });
});

describe("MAC addresses", () => {
  it("are six octets with colons", () => {
    assert.equal(formatMac(parseMac("EE:ee:00:1:ee:ee") ?? parseMac("EE:ee:00:01:ee:ee")!), "ee:ee:00:01:ee:ee");
    for (const text of ["", "ee:ee:ee:ee:ee", "ee-ee-ee-ee-ee-ee", "ee:ee:ee:ee:ee:eg"])
      assert.equal(parseMac(text), undefined, text);
  });
});
