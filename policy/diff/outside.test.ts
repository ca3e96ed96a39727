import assert from "node:assert/strict";
import { formatAddress, parseAddress } from "../../net/address-text.ts";
import { parsePrefix } from "../../net/prefix.ts";
import { ELSEWHERE, outsideParties } from "./outside.ts";

/** Label and address of who stands for the outside, of one family. */
function outside(prefixes: readonly string[], taken: readonly string[] = [], family = "ipv4"): string[] {
  const parties = outsideParties(
    prefixes.map((text) => parsePrefix(text)!),
    taken.map((text) => parseAddress(text)!),
  );
  return parties
    .filter(({ address }) => address.family === family)
    .map(({ label, address }) => `${label} by ${formatAddress(address)}`);
}

describe("the outside", () => {
  it("is anywhere else where nobody speaks of any prefix, by an address that nobody has", () => {
    assert.deepEqual(outside([]), [`${ELSEWHERE} by 192.0.2.1`]);
    assert.deepEqual(outside(["192.0.2.0/24"]), [`${ELSEWHERE} by 198.51.100.1`, "192.0.2.0/24 by 192.0.2.0"]);
  });

  it("is each prefix by an address in no other prefix and nobody's", () => {
    assert.deepEqual(outside(["10.0.0.0/8", "10.0.0.0/9"], ["10.0.0.0", "10.0.0.1"]), [
      `${ELSEWHERE} by 192.0.2.1`,
      "10.0.0.0/8 by 10.128.0.0",
      "10.0.0.0/9 by 10.0.0.2",
    ]);
  });

  it("is not a prefix of which nothing is left, nor an address that somebody has", () => {
    assert.deepEqual(outside(["10.0.0.0/31", "10.0.0.0/32", "10.0.0.1/32"], ["10.0.0.1"]), [
      `${ELSEWHERE} by 192.0.2.1`,
      "10.0.0.0 by 10.0.0.0",
    ]);
    assert.deepEqual(outside(["0.0.0.0/1", "128.0.0.0/1"]), ["0.0.0.0/1 by 0.0.0.0", "128.0.0.0/1 by 128.0.0.0"]);
  });

  it("is found in IPv6's wide prefixes too", () => {
    assert.deepEqual(outside(["fd00::/8", "fd00::/9", "fd80::/16"], [], "ipv6"), [
      `${ELSEWHERE} by 2001:db8::1`,
      "fd00::/8 by fd81::",
      "fd00::/9 by fd00::",
      "fd80::/16 by fd80::",
    ]);
  });
});
