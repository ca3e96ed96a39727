import { ALL, labelIn, type Selector } from "./ast.ts";
import { lex, type SelectorFault, type Token } from "./lexer.ts";

/** Longest selector text accepted, in characters; Calico's API itself stops at 1024. */
const MAX_TEXT = 65_536;
/** Deepest nesting of parentheses accepted. */
const MAX_DEPTH = 256;

/** A selector, or what is wrong with its text. */
export type ParsedSelector = { readonly selector: Selector } | { readonly fault: SelectorFault };

/**
 * The selector a text spells; the empty text is `all()`. Bad text is a value: check `"fault" in parsed`, and
 * `describeFault` makes a sentence of it. Precedence: `!` before `&&` before `||`.
 * Source: Calico libcalico-go/lib/selector (tokenizer and parser).
 */
export function parseSelector(text: string): ParsedSelector {
  if (text.length > MAX_TEXT) {
    return { fault: { at: MAX_TEXT, found: "", expected: `a selector of at most ${MAX_TEXT} characters` } };
  }
  const tokens = lex(text);
  if ("expected" in tokens) return { fault: tokens };
  if (tokens.length === 1) return { selector: ALL };
  const parser = new Parser(text, tokens);
  const selector = parser.whole();
  return selector ? { selector } : { fault: parser.fault! };
}

/** A fault as half a sentence, to be preceded by the object and field: `at character 4 found "= b", expected …`. */
export function describeFault(fault: SelectorFault): string {
  const found = fault.found === "" ? "the end" : JSON.stringify(fault.found);
  return `at character ${fault.at + 1} found ${found}, expected ${fault.expected}`;
}

/** One pass over the words; every method answers undefined once `fault` is set. */
class Parser {
  fault: SelectorFault | undefined;
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(text: string, tokens: readonly Token[]) {
    this.#text = text;
    this.#tokens = tokens;
  }

  whole(): Selector | undefined {
    const selector = this.#chain("||");
    if (selector && this.#peek().kind !== "end") return this.#fail("&&, || or the end");
    return selector;
  }

  #chain(joint: "||" | "&&"): Selector | undefined {
    const parts: Selector[] = [];
    do {
      const part = joint === "||" ? this.#chain("&&") : this.#operation();
      if (!part) return undefined;
      parts.push(part);
    } while (this.#took(joint));
    return parts.length === 1 ? parts[0] : { op: joint === "||" ? "or" : "and", of: parts };
  }

  #operation(): Selector | undefined {
    let negated = false;
    while (this.#took("!")) negated = !negated;
    const selector = this.#atom();
    return selector && negated ? { op: "not", of: selector } : selector;
  }

  #atom(): Selector | undefined {
    const token = this.#peek();
    if (token.kind === "(") return this.#parenthesis();
    this.#next++;
    if (token.kind === "all" || token.kind === "global") return { op: token.kind };
    if (token.kind === "has") return { op: "has", label: token.text };
    if (token.kind === "label") return this.#comparison(token.text);
    this.#next--;
    return this.#fail("a label, has(…), all(), global(), ! or (");
  }

  #parenthesis(): Selector | undefined {
    if (++this.#depth > MAX_DEPTH) return this.#fail(`at most ${MAX_DEPTH} nested parentheses`);
    this.#next++;
    const selector = this.#chain("||");
    if (selector && !this.#took(")")) return this.#fail("&&, || or )");
    this.#depth--;
    return selector;
  }

  #comparison(label: string): Selector | undefined {
    const token = this.#peek();
    if (token.kind !== "op") return this.#fail("an operator: ==, !=, in, not in, contains, starts with or ends with");
    this.#next++;
    if (token.op === "in" || token.op === "notIn") {
      const values = this.#values();
      return values && { op: token.op, label, values };
    }
    const value = this.#peek();
    if (value.kind !== "string") return this.#fail("a value in quotes");
    this.#next++;
    return { op: token.op, label, value: value.text };
  }

  #values(): readonly string[] | undefined {
    if (!this.#took("{")) return this.#fail("{ and values in quotes");
    const values: string[] = [];
    for (let token = this.#peek(); token.kind === "string"; token = this.#peek()) {
      values.push(token.text);
      this.#next++;
      if (!this.#took(",")) break;
    }
    if (!this.#took("}")) return this.#fail("a value in quotes, or }");
    const sorted = labelIn("", values);
    return sorted.op === "in" ? sorted.values : [];
  }

  #peek(): Token {
    return this.#tokens[this.#next]!;
  }

  #took(kind: Token["kind"]): boolean {
    if (this.#peek().kind !== kind) return false;
    this.#next++;
    return true;
  }

  #fail(expected: string): undefined {
    const at = this.#peek().at;
    this.fault ??= { at, found: this.#text.slice(at, at + 20), expected };
    return undefined;
  }
}
