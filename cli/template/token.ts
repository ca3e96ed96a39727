import { CliError } from "../error.ts";

/** A word inside of `{{ }}`. */
export type Token =
  | {
      readonly kind: "field";
      readonly path: readonly string[] /** Of the parentheses before it. */;
      readonly isTail?: true;
    }
  | { readonly kind: "variable"; readonly name: string; readonly path: readonly string[] }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "name"; readonly value: string }
  | { readonly kind: "sign"; readonly value: "(" | ")" | "|" | ":=" | "=" | "," };

/** A piece of a template: text to print as it is, or the words of an action. */
export type Piece =
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "action"; readonly tokens: readonly Token[]; readonly at: number };

/** What is wrong with a template, and in which line. */
export function templateFault(text: string, at: number, why: string): CliError {
  const line = text.slice(0, at).split("\n").length;
  return new CliError(`go-template, line ${line}: ${why}`);
}

const word =
  /\s*(?:(?<field>(?:\.[A-Za-z_]\w*)+|\.)|(?<variable>\$[A-Za-z_]?\w*(?:\.[A-Za-z_]\w*)*)|(?<quoted>"(?:[^"\\]|\\.)*")|(?<raw>`[^`]*`)|(?<number>-?\d+(?:\.\d+)?)|(?<name>[A-Za-z_]\w*)|(?<sign>:=|[()|,=]))/y;

const pathOf = (text: string): readonly string[] => text.split(".").filter((part) => part !== "");

function tokenOf(groups: Readonly<Record<string, string | undefined>>): Token {
  const { field, variable, quoted, raw, number, name, sign } = groups;
  if (field !== undefined) return { kind: "field", path: pathOf(field) };
  if (variable !== undefined) {
    const [first = "", ...path] = variable.slice(1).split(".");
    return { kind: "variable", name: first, path };
  }
  if (quoted !== undefined) return { kind: "text", value: JSON.parse(quoted) as string };
  if (raw !== undefined) return { kind: "text", value: raw.slice(1, -1) };
  if (number !== undefined) return { kind: "number", value: Number(number) };
  if (name !== undefined) return { kind: "name", value: name };
  return { kind: "sign", value: sign as ":=" };
}

/** The words of an action. @throws CliError naming the line */
function tokensOf(text: string, from: number, to: number): readonly Token[] {
  const tokens: Token[] = [];
  const inside = text.slice(from, to).trimEnd();
  word.lastIndex = 0;
  for (let at = 0; at < inside.length; at = word.lastIndex) {
    word.lastIndex = at;
    const found = word.exec(inside);
    if (!found) throw templateFault(text, from + at, `cannot read '${inside.slice(at).trim().slice(0, 20)}'`);
    try {
      const token = tokenOf(found.groups!);
      const isTail = token.kind === "field" && inside[at - 1] === ")" && found[0].startsWith(".");
      tokens.push(isTail ? { ...token, isTail } : token);
    } catch {
      throw templateFault(text, from + at, `${found[0].trim()} has an escape that is none`);
    }
  }
  return tokens;
}

/** Where an action ends: the first `}}` outside of quotes. */
function endOf(text: string, from: number): number {
  const quotes = /"(?:[^"\\]|\\.)*"|`[^`]*`|}}/g;
  quotes.lastIndex = from;
  for (let found = quotes.exec(text); found; found = quotes.exec(text)) if (found[0] === "}}") return found.index;
  return -1;
}

/** A template cut into text and actions; `{{-` and `-}}` take the white space beside them, comments vanish. @throws CliError */
export function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let trimsNext = false;
  for (let at = 0; at <= text.length; ) {
    const open = text.indexOf("{{", at);
    const trimsBefore = open >= 0 && /^-\s/.test(text.slice(open + 2, open + 4));
    let plain = text.slice(at, open < 0 ? text.length : open);
    if (trimsNext) plain = plain.trimStart();
    if (trimsBefore) plain = plain.trimEnd();
    if (plain !== "") pieces.push({ kind: "text", value: plain });
    if (open < 0) break;
    const from = open + (trimsBefore ? 3 : 2);
    const comment = /^\s*\/\*[\s\S]*?\*\/\s*-?}}/.exec(text.slice(from));
    const close = comment ? from + comment[0].length - 2 : endOf(text, from);
    if (close < 0) throw templateFault(text, open, "'{{' without '}}'");
    trimsNext = /(^|\s)-$/.test(text.slice(from, close)) || (comment?.[0].endsWith("-}}") ?? false);
    if (!comment) {
      const to = trimsNext ? close - 1 : close;
      pieces.push({ kind: "action", tokens: tokensOf(text, from, to), at: open });
    }
    at = close + 2;
  }
  return pieces;
}
