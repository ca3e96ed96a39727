import { type Source, source } from "./source.ts";

/** The whole project as the rules see it: every path, and the texts of those that rules read. */
export interface Tree {
  /** Every file that is neither installed nor built, from the root, sorted. */
  readonly paths: readonly string[];
  /** Every TypeScript file except generated ones (`gen/`) and data of tests (`testdata/`). */
  readonly sources: readonly Source[];
  /** Every Markdown file: path and text. */
  readonly pages: readonly Page[];
}

/** A Markdown file. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** A tree from all its texts; paths that rules do not read may map to the empty text. */
export function tree(texts: ReadonlyMap<string, string>): Tree {
  const paths = [...texts.keys()].sort();
  const isOurs = (path: string): boolean => !/(^|\/)(gen|testdata)\//.test(path);
  return {
    paths,
    sources: paths.filter((p) => p.endsWith(".ts") && isOurs(p)).map((p) => source(p, texts.get(p)!)),
    pages: paths.filter((p) => p.endsWith(".md") && isOurs(p)).map((path) => ({ path, text: texts.get(path)! })),
  };
}
