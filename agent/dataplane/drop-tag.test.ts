import assert from "node:assert/strict";
import { dropTag, longestDropTag } from "./drop-tag.ts";

describe("the tag of a dropped packet", () => {
  it("is the rule's name where that fits", () => {
    for (const name of ["NetworkPolicy shop/db ingress[1]", "x".repeat(longestDropTag)])
      assert.equal(dropTag(name), name);
  });

  it("is cut where it does not, and still tells apart what differs only behind the cut", () => {
    const [x, y] = [1, 2].map((n) => dropTag(`NetworkPolicy ${"n".repeat(60)}/web ingress[${n}]`)) as [string, string];
    assert.notEqual(x, y);
    assert.match(x, /^NetworkPolicy n{32}~[0-9a-f]{16}$/);
    assert.equal(x.length, longestDropTag);
  });

  it("never holds what would end it early", () => {
    assert.match(dropTag('tier "a\\b\u00e9\n'), /^tier \?a\?b\?\?~[0-9a-f]{16}$/);
  });
});
