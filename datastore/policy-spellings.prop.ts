import assert from "node:assert/strict";
import fc from "fast-check";
import { PolicySpellings } from "./policy-spellings.ts";

const change = fc.record({
  name: fc.constantFrom("a", "default.a", "default.b", "sec.a"),
  value: fc.option(fc.nat(9), { nil: undefined }),
});

describe("PolicySpellings", () => {
  it("tells what is stored, whatever the order in which it came: the short spelling wins", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const spellings = new PolicySpellings<number>();
        const stored = new Map<string, number>();
        const told = new Map<string, number>();
        for (const { name, value } of changes) {
          if (value === undefined) stored.delete(name);
          else stored.set(name, value);
          const out = spellings.on({ kind: "GlobalNetworkPolicy", name }, value);
          if (out?.kind === "set") told.set(out.key, out.value);
          if (out?.kind === "delete") assert(told.delete(out.key), "deleted what was not told");
        }
        const expected = [
          ["GlobalNetworkPolicy//a", stored.get("a") ?? stored.get("default.a")],
          ["GlobalNetworkPolicy//b", stored.get("default.b")],
          ["GlobalNetworkPolicy//sec.a", stored.get("sec.a")],
        ].filter(([, value]) => value !== undefined);
        assert.deepEqual([...told].sort(), expected);
      }),
      { numRuns: 500 },
    );
  });
});
