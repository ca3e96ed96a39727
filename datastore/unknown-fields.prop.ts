import assert from "node:assert/strict";
import fc from "fast-check";
import { keepUnknown } from "./unknown-fields.ts";

type Tree = { readonly [name: string]: Tree | number };

/** Names that start with k are known, with u unknown. */
const tree = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc
    .dictionary(fc.constantFrom("k1", "k2", "u1", "u2"), fc.oneof({ maxDepth: 3 }, fc.nat(9), tie("tree")), {
      noNullPrototype: true,
    })
    .map((d) => d as Tree),
})).tree;

function understood(value: Tree | number): Tree | number {
  if (typeof value === "number") return value;
  const known = Object.entries(value).filter(([name]) => name.startsWith("k"));
  return Object.fromEntries(known.map(([name, inner]) => [name, understood(inner)]));
}

describe("keepUnknown", () => {
  it("writes back exactly what was read when nothing was changed", () => {
    fc.assert(
      fc.property(tree, (raw) => {
        assert.deepEqual(keepUnknown(raw, understood(raw), understood(raw)), raw);
      }),
    );
  });

  it("changes what is known to what is wanted, whatever was unknown", () => {
    fc.assert(
      fc.property(tree, tree, (raw, other) => {
        const next = understood(other);
        const merged = keepUnknown(raw, understood(raw), next) as Tree;
        assert.deepEqual(understood(merged), next);
        for (const [name, value] of Object.entries(raw))
          if (name.startsWith("u")) assert.deepEqual(merged[name], value);
      }),
    );
  });
});
