import { lineAt, type Source } from "./source.ts";

/** What a file imports, once for each statement. */
export interface Import {
  /** As written. */
  readonly from: string;
  /** The file's path from the root when the import is relative, else empty. */
  readonly target: string;
  readonly line: number;
}

const statement = /\b(?:from|import)\s*\(?\s*"( *)"/g;

/** The imports of a source, also `import("…")` and types of them, in the order of the text. */
export function importsOf(source: Source): Import[] {
  return [...source.code.matchAll(statement)].map((match) => {
    const begin = match.index + match[0].indexOf('"') + 1;
    const from = source.text.slice(begin, begin + match[1]!.length);
    return { from, target: from.startsWith(".") ? resolve(source.path, from) : "", line: lineAt(source.code, begin) };
  });
}

/** Where a relative import of a file leads, from the root; `..` above the root stays as it is. */
export function resolve(file: string, from: string): string {
  const parts = file.split("/").slice(0, -1);
  for (const part of from.split("/")) {
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}
