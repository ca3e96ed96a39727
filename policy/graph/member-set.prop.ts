import assert from "node:assert/strict";
import fc from "fast-check";
import { seededRandom } from "../../lib/random.ts";
import { covers, masked, type Prefix, parsePrefix } from "../../net/prefix.ts";
import { MemberSet, prefixMember } from "./member-set.ts";

const texts = [
  "10.0.0.1/32",
  "10.0.0.2/32",
  "10.0.0.0/31",
  "10.0.0.0/24",
  "10.0.0.0/8",
  "0.0.0.0/0",
  "fd00::1/128",
  "fd00::/64",
  "fd00::/127",
  "::/0",
];
const prefix = fc.constantFrom(...texts.map((text) => parsePrefix(text)!));
const step = fc.record({ prefix, add: fc.boolean(), flush: fc.boolean() });

/** What should be seen: what is held at least once and lies in nothing wider that is. */
function visible(held: ReadonlyMap<Prefix, number>): string[] {
  const all = [...held.keys()].filter((p) => held.get(p)! > 0);
  return all
    .filter((p) => !all.some((other) => other.length < p.length && covers(other, p)))
    .map(prefixMember)
    .sort();
}

describe("member set", () => {
  it("shows what is held and not inside something wider, and tells just the difference", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const set = new MemberSet("address");
        const held = new Map<Prefix, number>();
        const seen = new Set<string>();
        for (const { prefix, add, flush } of steps) {
          const count = held.get(prefix) ?? 0;
          if (!add && count === 0) continue;
          held.set(prefix, count + (add ? 1 : -1));
          if (add) set.add(prefix);
          else set.drop(prefix);
          if (!flush) continue;
          const { added, removed } = set.flush() ?? { added: [], removed: [] };
          for (const member of removed) assert.ok(seen.delete(member), `${member} was not there`);
          for (const member of added) assert.ok(!seen.has(member) && seen.add(member), `${member} was there`);
          assert.deepEqual([...seen].sort(), visible(held));
          assert.deepEqual(set.all().sort(), visible(held));
          const nets = [...held].some(([p, n]) => n > 0 && p.length < (p.family === "ipv4" ? 32 : 128));
          assert.equal(set.setKind, nets ? "net" : "host");
        }
      }),
      { numRuns: 300 },
    );
  });

  it("is exact through a thousand turns of nets inside nets inside nets", () => {
    const random = seededRandom(5);
    const draw = (below: number) => Math.floor(random() * below);
    const nested = [
      "0.0.0.0/1",
      "0.0.0.0/0",
      "10.0.0.0/8",
      "10.0.0.0/31",
      "10.0.0.1/32",
      "10.128.0.0/9",
      "128.0.0.0/1",
      "::/0",
    ];
    const within = (): string =>
      `10.${draw(2)}.${draw(2)}.${draw(4)}/${[8, 15, 16, 23, 24, 30, 31, 32, 32, 32][draw(10)]}`;
    const pool = [...nested, ...Array.from({ length: 60 }, within)].map((text) => masked(parsePrefix(text)!));
    const byMember = new Map(pool.map((prefix) => [prefixMember(prefix), prefix]));
    const prefixes = [...byMember.values()];
    const set = new MemberSet("address");
    const held = new Map<Prefix, number>();
    const seen = new Set<string>();
    for (let turn = 0; turn < 1000; turn++) {
      for (let step = draw(12); step >= 0; step--) {
        const prefix = prefixes[draw(prefixes.length)]!;
        const count = held.get(prefix) ?? 0;
        const add = count === 0 || (count < 3 && random() < 0.4);
        held.set(prefix, count + (add ? 1 : -1));
        if (add) set.add(prefix);
        else set.drop(prefix);
      }
      const { added, removed } = set.flush() ?? { added: [], removed: [] };
      for (const member of removed) assert.ok(seen.delete(member), `${member} was not there`);
      for (const member of added) assert.ok(!seen.has(member) && seen.add(member), `${member} was there`);
      assert.deepEqual([...seen].sort(), visible(held), `turn ${turn}`);
    }
  });
});
