import type { Finding } from "../finding.ts";
import { lineAt, type Source } from "../source.ts";

const banned: readonly (readonly [RegExp, string, string])[] = [
  [/^export\s+default\b/gm, "a default export", "export it by name, so that it has one name everywhere"],
  [/^\s*(?:export\s+)?(?:const\s+)?enum\s+\w/gm, "an enum", "a union of string literals"],
  [/^\s*(?:export\s+)?namespace\s+\w/gm, "a namespace", "a file"],
  [/[:<,|&(]\s*any\b(?!\s*[(.:])|\bas\s+any\b/g, "any", "unknown, and a parser at the border"],
  [/^export\s+(?:type\s+)?(?:\*|\{[^}]*\})[^;]*\bfrom\b/gm, "a barrel", "import from the file that declares it"],
  [
    /\b(?:private|protected|public)\s+(?:readonly\s+|static\s+|async\s+)*\w+\s*[(:=;]/g,
    "an access modifier",
    "#private",
  ],
  [/@ts-(?:ignore|nocheck|expect-error)\b/g, "a silenced compiler", "types that hold"],
  [/\bit\.(?:skip|only)\b|\bdescribe\.(?:skip|only)\b|\bxit\(|\bxdescribe\(/g, "a skipped test", "a test that runs"],
];

/** Which forms of the language the house does not use, beyond what the compiler and the linter refuse. */
export function syntax(source: Source): Finding[] {
  return banned.flatMap(([form, name, right]) => {
    const text = name === "a silenced compiler" ? source.text : source.code;
    return [...text.matchAll(form)].map((match) => ({
      path: source.path,
      line: lineAt(text, match.index),
      wrong: `${name}: \`${match[0].trim()}\``,
      right,
    }));
  });
}
