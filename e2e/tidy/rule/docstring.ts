import type { Finding } from "../finding.ts";
import { lineAt, type Source } from "../source.ts";

const exported =
  /^export\s+(?:declare\s+)?(?:async\s+)?(?:abstract\s+)?(function\*?|const|let|class|interface|type)\s+([A-Za-z_$][\w$]*)/gm;

/** Every exported thing says in a sentence what it answers or is, directly above it. */
export function docstring(source: Source): Finding[] {
  if (/\.(test|prop)\.ts$/.test(source.path)) return [];
  const seen = new Set<string>();
  return [...source.code.matchAll(exported)].flatMap((match) => {
    const [, kind, name] = match;
    const isOverload = kind === "function" && seen.has(name!);
    seen.add(name!);
    if (isOverload || hasDocstring(source.text.slice(0, match.index))) return [];
    const wrong = `\`${name}\` is exported without a docstring`;
    const right = "say in one sentence directly above it what it answers or is";
    return [{ path: source.path, line: lineAt(source.code, match.index), wrong, right }];
  });
}

/** Whether the text ends in a docstring that says something, apart from a linter's remark below it. */
function hasDocstring(before: string): boolean {
  const above = before.replace(/(\n\s*\/\/ biome-ignore[^\n]*)+\n$/, "\n").trimEnd();
  if (!above.endsWith("*/") || /\n\s*\n\s*$/.test(before)) return false;
  const comment = above.slice(above.lastIndexOf("/*"));
  return comment.startsWith("/**") && /[A-Za-z]{2}/.test(comment);
}
