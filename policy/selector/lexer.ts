import type { CompareOp, SetOp } from "./ast.ts";

/** What is wrong with a selector's text. `at` counts characters from 0. */
export interface SelectorFault {
  readonly at: number;
  /** The text found there, cut to 20 characters, or "" at the end. */
  readonly found: string;
  /** What would have been right. */
  readonly expected: string;
}

/** A word of a selector. `at` is where it starts. */
export type Token =
  | { readonly kind: "(" | ")" | "{" | "}" | "," | "!" | "&&" | "||" | "all" | "global" | "end"; readonly at: number }
  | { readonly kind: "label" | "has" | "string"; readonly text: string; readonly at: number }
  | { readonly kind: "op"; readonly op: CompareOp | SetOp; readonly at: number };

/** Longest label name a selector may speak of (Calico tokenizer, LabelKeyMatcher). */
const MAX_LABEL = 512;
const BLANK = /[ \t]*/y;
const LABEL = /[a-zA-Z0-9_./-]+/y;
const SYMBOL = /&&|\|\||[(){},!]/y;
const COMPARE = /==|!=/y;
const QUOTED = /"([^"]*)"|'([^']*)'/y;
const CALL = /(has)\([ \t]*([a-zA-Z0-9_./-]+)[ \t]*\)|(all|global)\([ \t]*\)/y;
const CALL_START = /(has|all|global)\(/y;
/** Word operators are looked for only after a label, so that a label may be called "in" or "contains". */
const WORD = /contains|starts[ \t]*with|ends[ \t]*with|not[ \t]*in|in/y;

const operators: Readonly<Record<string, CompareOp | SetOp>> = {
  "==": "eq",
  "!=": "ne",
  contains: "contains",
  startswith: "startsWith",
  endswith: "endsWith",
  in: "in",
  notin: "notIn",
};

/** The words of a selector, ending in one of kind "end", or the first fault in it. */
export function lex(text: string): readonly Token[] | SelectorFault {
  const tokens: Token[] = [];
  let at = 0;
  const scan = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at += found[0].length;
    return found;
  };
  const fault = (expected: string): SelectorFault => ({ at, found: text.slice(at, at + 20), expected });
  for (;;) {
    scan(BLANK);
    const start = at;
    if (at === text.length) return [...tokens, { kind: "end", at }];
    const afterLabel = tokens.at(-1)?.kind === "label";
    let found: RegExpExecArray | null;
    if ((found = scan(COMPARE)) || (afterLabel && (found = scan(WORD)))) {
      tokens.push({ kind: "op", op: operators[found[0].replace(/[ \t]+/g, "")]!, at: start });
    } else if ((found = scan(SYMBOL))) {
      tokens.push({ kind: found[0] as "(", at: start });
    } else if ((found = scan(QUOTED))) {
      tokens.push({ kind: "string", text: found[1] ?? found[2]!, at: start });
    } else if (text[at] === '"' || text[at] === "'") {
      return fault(`a closing ${text[at]} for the value that starts here`);
    } else if (afterLabel) {
      return fault("an operator: ==, !=, in, not in, contains, starts with or ends with");
    } else if ((found = scan(CALL))) {
      if (found[1]) tokens.push({ kind: "has", text: found[2]!, at: start });
      else tokens.push({ kind: found[3] as "all", at: start });
    } else if ((found = scan(CALL_START))) {
      return fault(found[1] === "has" ? "a label name and ) after has(" : `) after ${found[0]}`);
    } else if ((found = scan(LABEL))) {
      if (found[0].length > MAX_LABEL)
        return { at: start, found: found[0].slice(0, 20), expected: "a label name of at most 512 characters" };
      tokens.push({ kind: "label", text: found[0], at: start });
    } else {
      return fault("a label, has(…), all(), global(), ! or (");
    }
  }
}
