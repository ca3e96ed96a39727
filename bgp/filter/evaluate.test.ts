import assert from "node:assert/strict";
import { parsePrefix } from "../../net/prefix.ts";
import { pathAttributes } from "../attribute/path-attributes.ts";
import { AttributeIntake } from "../rib/attribute-intake.ts";
import { AttributeStore } from "../rib/attribute-store.ts";
import { NextHopTable } from "../rib/next-hop-table.ts";
import { matchingTerm, readsPrefix } from "./evaluate.ts";
import type { Filter, Match, RouteSource } from "./filter.ts";

const store = new AttributeStore(
  { asn: 1, routerId: 1, clusterId: 1 },
  new NextHopTable(() => ({ reachable: true, metric: 0 })),
);
const intake = new AttributeIntake(store);

function matches(
  match: Match,
  of: { prefix?: string; source?: RouteSource; tag?: number; communities?: number[] },
): boolean {
  const set = intake.internAttributes(pathAttributes({ communities: of.communities ?? [] }), "ipv4", of.tag ?? 0);
  const filter: Filter = { name: "", terms: [{ name: "", match, verdict: "accept" }], otherwise: "reject" };
  const subject = { prefix: () => parsePrefix(of.prefix ?? "0.0.0.0/0")!, set, source: of.source ?? "external" };
  return matchingTerm(filter, subject, store) === 0;
}

describe("filters", () => {
  const inside = { prefix: parsePrefix("10.1.0.0/16")! };

  it("match prefixes by range and length", () => {
    const rows: [object, string, boolean][] = [
      [{}, "10.1.0.0/16", true],
      [{}, "10.1.2.0/24", false],
      [{ maxLength: 26 }, "10.1.2.0/24", true],
      [{ maxLength: 26 }, "10.1.2.0/27", false],
      [{ minLength: 24, maxLength: 26 }, "10.1.0.0/16", false],
      [{ maxLength: 26 }, "10.2.2.0/24", false],
      [{ minLength: 32 }, "10.1.2.3/32", true],
      [{ maxLength: 32 }, "fd00::/16", false],
    ];
    for (const [bounds, prefix, expected] of rows) {
      assert.equal(
        matches({ prefixes: [{ ...inside, ...bounds }] }, { prefix }),
        expected,
        `${JSON.stringify(bounds)} ${prefix}`,
      );
    }
  });

  it("match source, tag and community; every condition given must hold", () => {
    assert.ok(matches({}, {}));
    assert.ok(matches({ source: "local" }, { source: "local" }));
    assert.ok(!matches({ source: "local" }, { source: "internal" }));
    assert.ok(matches({ tags: [3, 4] }, { tag: 4 }));
    assert.ok(!matches({ tags: [3, 4] }, {}));
    assert.ok(matches({ communities: [9, 7] }, { communities: [1, 7] }));
    assert.ok(!matches({ communities: [9] }, { communities: [1, 7] }));
    assert.ok(!matches({ communities: [7], source: "local" }, { communities: [7] }));
  });

  it("say whether they look at the prefix at all", () => {
    const term = { name: "", verdict: "accept" as const };
    assert.ok(!readsPrefix({ name: "", terms: [{ ...term, match: { tags: [1] } }], otherwise: "reject" }));
    assert.ok(readsPrefix({ name: "", terms: [{ ...term, match: { prefixes: [inside] } }], otherwise: "reject" }));
  });
});
