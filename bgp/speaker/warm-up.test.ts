import assert from "node:assert/strict";
import { inventedGreeting, inventedUpdates } from "./invented.ts";
import { warmUp } from "./warm-up.ts";

/** How many messages of each type stand in octets that end with a message. */
function messagesIn(octets: Uint8Array): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (let at = 0; at < octets.length; at += (octets[at + 16]! << 8) | octets[at + 17]!) {
    const type = octets[at + 18]!;
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return counts;
}

describe("the warm-up", () => {
  for (const family of ["ipv4", "ipv6"] as const) {
    it(`lets a peer of ${family} greet, tell 6000 sets and take them back`, () => {
      assert.deepEqual(
        [...messagesIn(inventedGreeting(1, 65001, family))],
        [
          [1, 1],
          [4, 1],
        ],
      );
      for (const isWithdrawal of [false, true]) {
        const pieces = [...inventedUpdates(family, isWithdrawal)];
        const updates = pieces.map((piece) => messagesIn(piece).get(2) ?? 0);
        assert.equal(
          updates.reduce((sum, count) => sum + count, 0),
          6000,
        );
      }
    });

    it(`goes the whole way for ${family}: both others are told of it all, three times`, () => {
      assert.ok(warmUp([family]) > 2 * 3 * 6000 * 20);
    });
  }
});
