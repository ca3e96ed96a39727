import type { Finding } from "../finding.ts";
import { lineCount } from "../source.ts";
import type { Tree } from "../tree.ts";

/** Half of the files are shorter than this. */
const limit = 100;

/** The middle of the lengths of all files that are not tests, in lines; 0 for an empty tree. */
export function median(tree: Tree): number {
  const lengths = tree.sources.filter((s) => !s.isTest).map((s) => lineCount(s.text));
  return lengths.sort((x, y) => x - y)[lengths.length >> 1] ?? 0;
}

/** Whether the tree as a whole keeps to small files. */
export function medianLength(tree: Tree): Finding[] {
  const middle = median(tree);
  if (middle < limit) return [];
  const right = `under ${limit}: split the files that hold more than one concept`;
  return [{ path: ".", line: 1, wrong: `the median file has ${middle} lines`, right }];
}
