import assert from "node:assert/strict";
import { addressBytes } from "../../net/address.ts";
import { formatAddress, parseAddress } from "../../net/address-text.ts";
import { NextHopTable } from "./next-hop-table.ts";

/** What a next hop in MP_REACH_NLRI is kept as: the address, and the link-local one. */
function kept(...texts: string[]): (string | undefined)[] {
  const octets = Uint8Array.from(texts.flatMap((text) => [...addressBytes(parseAddress(text)!)]));
  const table = new NextHopTable(() => ({ reachable: true, metric: 0 }));
  const { address, linkLocal } = table.hop(table.holdOctets(octets, 0, octets.length));
  return [address, linkLocal].map((one) => one && formatAddress(one));
}

describe("next hops", () => {
  it("are kept global, link-local or both (RFC 2545 3); a link-local one alone is both", () => {
    assert.deepEqual(kept("2001:db8::1"), ["2001:db8::1", undefined]);
    assert.deepEqual(kept("2001:db8::1", "fe80::1"), ["2001:db8::1", "fe80::1"]);
    assert.deepEqual(kept("fe80::1"), ["fe80::1", "fe80::1"]);
    assert.deepEqual(kept("10.0.0.1"), ["10.0.0.1", undefined]);
  });
});
