import assert from "node:assert/strict";
import fc from "fast-check";
import { ipv6 } from "../../net/address.ts";
import { parseAddress } from "../../net/address-text.ts";
import { readArrival } from "./arrival.ts";
import { encodeMessage } from "./codec.ts";
import { ownAdvertisement } from "./link-discovery.ts";
import type { DiscoveryArrival } from "./port.ts";

const advertisement = encodeMessage(ownAdvertisement("02:00:00:00:00:01"));
const good: DiscoveryArrival = { source: parseAddress("fe80::1")!, hopLimit: 255, octets: advertisement, isCut: false };

function why(changes: Partial<DiscoveryArrival>): string {
  const reading = readArrival({ ...good, ...changes });
  return reading.ok ? "" : reading.why;
}

describe("what arrives as router discovery", () => {
  it("counts when it is valid by RFC 4861 6.1", () => {
    assert.equal(why({}), "");
    const asking = encodeMessage({ kind: "solicitation", mac: "" });
    for (const source of ["::", "fe80::9", "2001:db8::9"]) {
      assert.equal(why({ octets: asking, source: parseAddress(source)! }), "", source);
    }
  });

  it("does not when it may have been forwarded, or is no neighbour's", () => {
    assert.match(why({ hopLimit: 254 }), /hop limit 254: it was not sent on this link/);
    assert.match(why({ hopLimit: -1 }), /unknown hop limit/);
    assert.match(why({ source: parseAddress("2001:db8::1")! }), /2001:db8::1, which is not link-local/);
    assert.match(why({ source: parseAddress("169.254.0.1")! }), /not link-local/);
    const asking = encodeMessage({ kind: "solicitation", mac: "02:00:00:00:00:01" });
    assert.match(why({ source: ipv6(0, 0, 0, 0), octets: asking }), /hardware address but no source/);
    assert.equal(why({ octets: asking }), "");
    assert.match(why({ isCut: true }), /longer than any packet/);
  });

  it("is judged whatever it holds", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.integer({ min: -1, max: 255 }), (octets, hopLimit) => {
        const reading = readArrival({ ...good, octets, hopLimit });
        if (hopLimit !== 255) assert.ok(!reading.ok);
      }),
    );
  });
});
