import type { Finding } from "../finding.ts";
import { lineAt, type Source } from "../source.ts";
import type { Tree } from "../tree.ts";

/** Names that say nothing about what is inside. */
const empty = new Set(["util", "utils", "helper", "helpers", "misc", "manager"]);
/** Words that say nothing alone, but something beside another word. */
const emptyAlone = new Set(["common", "types", "index"]);

const declaration = /\b(?:function|const|let|class|interface|type)\s+([A-Za-z_$][\w$]*)/g;

/** A folder or file is named for the concept that it holds. */
export function bannedPaths(tree: Tree): Finding[] {
  return tree.paths.flatMap((path) => {
    if (!/\.(ts|c|h|sh|md)$/.test(path)) return [];
    const bad = path.split("/").find((part) => {
      const name = part.replace(/\..*$/, "");
      return emptyAlone.has(name) || words(name).some((word) => empty.has(word));
    });
    const right = "name it for the one concept that it holds";
    return bad === undefined ? [] : [{ path, line: 1, wrong: `\`${bad}\` says nothing about what is inside`, right }];
  });
}

/** A symbol is named for what it answers or is. */
export function bannedSymbols(source: Source): Finding[] {
  return [...source.code.matchAll(declaration)]
    .filter((match) => words(match[1]!).some((word) => empty.has(word)))
    .map((match) => ({
      path: source.path,
      line: lineAt(source.code, match.index),
      wrong: `\`${match[1]}\` says nothing about what it does`,
      right: "name it for what it answers or is",
    }));
}

/** kebab-case, so that a path is the same on every file system and every import can be guessed. */
export function fileNames(source: Source): Finding[] {
  const name = source.path.split("/").at(-1)!;
  if (/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*\.ts$/.test(name)) return [];
  return [
    { path: source.path, line: 1, wrong: `\`${name}\` is not kebab-case`, right: "lower-case words and hyphens" },
  ];
}

/** The words of a kebab-case, snake_case or camelCase name, in lower case. */
function words(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .split(/[-_$]/)
    .map((word) => word.toLowerCase());
}
