import type { Finding } from "../finding.ts";
import { lineAt, type Source } from "../source.ts";

/** At most this many lines from the line of the name to the closing brace. */
const limit = 60;

const blocks =
  /^(?:export\s+)?(?:if|else|for|while|do|switch|try|catch|finally|class|abstract|interface|return|throw)\b/;
/** The head of a function, method, accessor or arrow, with its return type. */
const head = /(?:=>|\)\s*(?::[^=;]*)?)\s*$/;

/** What only a chapter of tests contains. */
const chapter = /\b(describe|it)(\.\w+)?\(/;

/** A function that does not fit on a screen does two things. In tests, what holds `it` is a chapter, not a function. */
export function functionLength(source: Source): Finding[] {
  const findings: Finding[] = [];
  for (const { start, brace, end } of functions(source.code)) {
    const line = lineAt(source.code, start);
    const lines = lineAt(source.code, end) - line + 1;
    if (lines <= limit || (source.isTest && chapter.test(source.code.slice(brace, end)))) continue;
    const right = `at most ${limit}: name its parts`;
    findings.push({ path: source.path, line, wrong: `the function has ${lines} lines`, right });
  }
  return findings;
}

/** Where functions begin (their head) and end (their closing brace), from code without texts. */
function functions(code: string): { start: number; brace: number; end: number }[] {
  const found: { start: number; brace: number; end: number }[] = [];
  const open: { brace: number; start: number; isFunction: boolean }[] = [];
  for (let at = 0; at < code.length; at++) {
    if (code[at] === "{") open.push({ brace: at, ...opening(code, at) });
    if (code[at] === "}") {
      const top = open.pop();
      if (top?.isFunction) found.push({ start: top.start, brace: top.brace, end: at });
    }
  }
  return found;
}

/** Whether the brace at `at` opens a function's body, and where the head of that function begins. */
function opening(code: string, at: number): { start: number; isFunction: boolean } {
  const start = headStart(code, at);
  const text = code.slice(start, at);
  const lead = text.trimStart();
  const isFunction = head.test(text) && !(blocks.test(lead) && !text.trimEnd().endsWith("=>"));
  return { start: start + text.length - lead.length, isFunction };
}

/** Walks back from a brace to the end of the statement before it, over balanced brackets. */
function headStart(code: string, brace: number): number {
  let depth = 0;
  for (let at = brace - 1; at >= 0; at--) {
    const here = code[at]!;
    if (here === ")" || here === "]") depth++;
    else if ((here === "(" || here === "[") && depth > 0) depth--;
    else if (here === "(" || here === "[") continue;
    else if (depth > 0) continue;
    else if (here === "}" && isType(code, openerOf(code, at))) at = openerOf(code, at);
    else if (here === ";" || here === "{" || here === "}") return at + 1;
  }
  return 0;
}

/** Whether the brace begins a type literal, as in a return type. */
function isType(code: string, brace: number): boolean {
  return /[:|&<,]\s*(readonly\s*)?$/.test(code.slice(Math.max(0, brace - 20), brace));
}

/** The brace that the closing one at `end` belongs to. */
function openerOf(code: string, end: number): number {
  let depth = 0;
  for (let at = end; at >= 0; at--) {
    if (code[at] === "}") depth++;
    if (code[at] === "{" && --depth === 0) return at;
  }
  return 0;
}
