import type { Finding } from "./finding.ts";
import { bannedPaths, bannedSymbols, fileNames } from "./rule/banned-names.ts";
import { bannedWords } from "./rule/banned-words.ts";
import { docstring } from "./rule/docstring.ts";
import { fileLength } from "./rule/file-length.ts";
import { functionLength } from "./rule/function-length.ts";
import { importForm } from "./rule/imports.ts";
import { medianLength } from "./rule/median-length.ts";
import { pagePaths } from "./rule/page-paths.ts";
import { rfcs } from "./rule/rfcs.ts";
import { syntax } from "./rule/syntax.ts";
import { whereabouts } from "./rule/whereabouts.ts";
import type { Source } from "./source.ts";
import type { Tree } from "./tree.ts";

/** Rules that judge a file by itself, by the name under which the test shows them. */
export const sourceRules: Readonly<Record<string, (source: Source) => Finding[]>> = {
  "files are short": fileLength,
  "functions are short": functionLength,
  "clocks, chance, timers and the process stay in io/": bannedWords,
  "symbols are named for what they are": bannedSymbols,
  "files are named in kebab-case": fileNames,
  "everything exported has a docstring": docstring,
  "no default export, enum, any, barrel, silenced compiler or skipped test": syntax,
  "imports name the file as it is on disk": importForm,
};

/** Rules that judge the tree as a whole. */
export const treeRules: Readonly<Record<string, (tree: Tree) => Finding[]>> = {
  "the median file is short": medianLength,
  "paths are named for what they hold": bannedPaths,
  "every path that a page names exists": pagePaths,
  "every row of RFCs.md names files that exist": rfcs,
  "nothing names a path on somebody's machine": whereabouts,
};
