import assert from "node:assert/strict";
import { formatFinding } from "./tidy/finding.ts";
import { readTree } from "./tidy/io/read-tree.ts";
import { sourceRules, treeRules } from "./tidy/rules.ts";

describe("tidy", () => {
  const tree = readTree(new URL("..", import.meta.url).pathname);

  for (const [name, rule] of Object.entries(sourceRules)) {
    it(name, () => {
      assert.deepEqual(tree.sources.flatMap(rule).map(formatFinding), []);
    });
  }

  for (const [name, rule] of Object.entries(treeRules)) {
    it(name, () => {
      assert.deepEqual(rule(tree).map(formatFinding), []);
    });
  }
});
