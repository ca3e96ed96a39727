import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { sha224 } from "./sha224.ts";

const hex = (octets: Uint8Array) => Buffer.from(octets).toString("hex");

describe("sha224", () => {
  it("answers the vectors of FIPS 180-4 and RFC 3874", () => {
    const ascii = (text: string) => hex(sha224(Buffer.from(text)));
    assert.equal(ascii(""), "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f");
    assert.equal(ascii("abc"), "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7");
    assert.equal(
      ascii("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
      "75388b16512776cc5dba5da1fd890150b0c6455cb4f58b1952522525",
    );
  });

  it("agrees with OpenSSL at every length around a block's border and at random", () => {
    const openssl = (octets: Uint8Array) => createHash("sha224").update(octets).digest("hex");
    for (let n = 0; n < 140; n++) {
      const octets = new Uint8Array(n).fill(n);
      assert.equal(hex(sha224(octets)), openssl(octets), `${n} octets`);
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (octets) => hex(sha224(octets)) === openssl(octets)));
  });
});
