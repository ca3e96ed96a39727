import type { Finding } from "../finding.ts";
import { lineAt, type Source } from "../source.ts";
import type { Tree } from "../tree.ts";

/** Folders that only exist on somebody's machine. */
const personal = /(?<![\w.])\/(?:work|home|root|Users)\/[\w.-]+/g;

/** Code and pages hold on every machine: no path into somebody's own folders. */
export function whereabouts(tree: Tree): Finding[] {
  const texts: readonly Pick<Source, "path" | "text">[] = [...tree.sources.filter((s) => !s.isTest), ...tree.pages];
  return texts.flatMap(({ path, text }) =>
    [...text.matchAll(personal)].map((match) => ({
      path,
      line: lineAt(text, match.index),
      wrong: `\`${match[0]}\` is a path on one machine`,
      right: "a path from the root of the project, or a setting",
    })),
  );
}
