import type { Finding } from "../finding.ts";
import { type Import, importsOf } from "../import.ts";
import type { Source } from "../source.ts";

/** A relative import names the file as it is on disk, so that Node and the compiler agree without a resolver. */
export function importForm(source: Source): Finding[] {
  return importsOf(source).flatMap((each) => {
    const right = rightForm(each);
    return right === "" ? [] : [{ path: source.path, line: each.line, wrong: `imports \`${each.from}\``, right }];
  });
}

function rightForm({ from }: Import): string {
  if (from.startsWith("/")) return "a relative path";
  if (/^\..*\/gen\/.*\.js$/.test(from)) return ""; // generated code is js with d.ts
  if (from.startsWith(".") && !/\.(ts|json|node)$/.test(from)) return "the file's whole name, with .ts";
  return "";
}
