import type { Finding } from "../finding.ts";
import type { Tree } from "../tree.ts";

/** Every row of RFCs.md (section | file | test) names a file that exists; a row without a test says so with a dash. */
export function rfcs(tree: Tree): Finding[] {
  const page = tree.pages.find((each) => each.path === "RFCs.md");
  if (!page) return [];
  const known = new Set(tree.paths);
  return page.text.split("\n").flatMap((text, at) => {
    if (!text.startsWith("|") || /^\|[\s|:-]*$/.test(text)) return [];
    const named = [...text.matchAll(/`([^`]+\.(?:ts|c))`/g)].map((match) => match[1]!);
    const isHead = /^\|[^|]*\b(section|clause|§)/i.test(text) && named.length === 0;
    const right = "each row names at least the file that does it, from the root, in back quotes";
    if (isHead) return [];
    if (named.length === 0) return [{ path: page.path, line: at + 1, wrong: "the row names no file", right }];
    return named
      .filter((path) => !known.has(path))
      .map((path) => ({ path: page.path, line: at + 1, wrong: `\`${path}\` does not exist`, right }));
  });
}
