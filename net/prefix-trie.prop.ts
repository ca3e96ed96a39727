import assert from "node:assert/strict";
import fc from "fast-check";
import { ipv4, ipv6 } from "./address.ts";
import { comparePrefixes, covers, formatPrefix, masked, type Prefix, prefixKey, prefixOf } from "./prefix.ts";
import { PrefixTrie } from "./prefix-trie.ts";

// Few distinct bits, so that prefixes nest and collide.
const small = fc.constantFrom(0, 0x0a000000, 0x0a000001, 0x0a800000, 0x80000000, 0xffffffff);
const prefix4 = fc.tuple(small, fc.nat(32)).map(([w, n]) => masked(prefixOf(ipv4(w), n)));
const prefix6 = fc.tuple(small, small, fc.nat(128)).map(([a, d, n]) => masked(prefixOf(ipv6(a, 0, 0, d), n)));

for (const [family, arbitrary] of [
  ["ipv4", prefix4],
  ["ipv6", prefix6],
] as const) {
  describe(`the prefix trie, ${family}`, () => {
    it("answers as a plain list of prefixes would, after any history", () => {
      const step = fc.record({ prefix: arbitrary, keep: fc.boolean(), value: fc.nat() });
      fc.assert(
        fc.property(fc.array(step, { maxLength: 60 }), arbitrary, (history, target) => {
          const trie = new PrefixTrie<number>();
          const list = new Map<string, { prefix: Prefix; value: number }>();
          for (const { prefix, keep, value } of history) {
            if (keep) {
              trie.set(prefix, value);
              list.set(prefixKey(prefix), { prefix, value });
            } else assert.equal(trie.delete(prefix), list.delete(prefixKey(prefix)));
          }
          const all = [...list.values()].sort((x, y) => comparePrefixes(x.prefix, y.prefix));
          const texts = (entries: Iterable<readonly [Prefix, number]>) =>
            [...entries].map(([p, v]) => `${formatPrefix(p)}=${v}`);
          const expected = (wanted: (p: Prefix) => boolean) =>
            texts(all.filter((e) => wanted(e.prefix)).map((e) => [e.prefix, e.value]));
          assert.equal(trie.size, list.size);
          assert.deepEqual(
            texts(trie.entries()),
            expected(() => true),
          );
          assert.deepEqual(
            texts(trie.coveredBy(target)),
            expected((p) => covers(target, p)),
          );
          assert.deepEqual(
            texts(trie.covering(target)),
            expected((p) => covers(p, target)),
          );
          const longest = all.filter((e) => covers(e.prefix, target)).at(-1);
          assert.deepEqual(trie.lookup(target)?.value, longest?.value);
          assert.equal(trie.get(target), list.get(prefixKey(target))?.value);
        }),
        { numRuns: 300 },
      );
    });
  });
}
