/** What a place in a source is; a template's `${…}` is code again. */
type Mode = "code" | "template";

/** After these, a slash begins a regular expression rather than dividing. */
const beforeRegex = /(^|[=([{,;:!&|?+\-*%~^<>]|\b(return|typeof|case|in|of|throw|yield|await|else))\s*$/;

/**
 * The source with comments and the insides of strings, templates and regular expressions turned into spaces, so that rules
 * can look for words without being fooled by texts. Same length and same line ends as the input; quotes stay.
 */
export function blank(text: string): string {
  return new Blanker(text).run();
}

class Blanker {
  readonly #text: string;
  readonly #out: string[];
  /** Open templates: how deep in braces the code inside each `${` is. */
  readonly #stack: { mode: Mode; depth: number }[] = [{ mode: "code", depth: 0 }];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#out = text.split("");
  }

  run(): string {
    while (this.#at < this.#text.length) {
      if (this.#stack.at(-1)!.mode === "template") this.#template();
      else this.#code();
    }
    return this.#out.join("");
  }

  #code(): void {
    const here = this.#text[this.#at]!;
    const pair = this.#text.slice(this.#at, this.#at + 2);
    if (pair === "//") this.#hideUntil(this.#find("\n"));
    else if (pair === "/*") this.#hideUntil(this.#find("*/", 2) + 2);
    else if (here === '"' || here === "'") this.#quoted(here);
    else if (here === "/" && this.#startsRegex()) this.#regex();
    else if (here === "`") this.#push("template");
    else if (here === "{") this.#brace(1);
    else if (here === "}") this.#brace(-1);
    else this.#at++;
  }

  #brace(by: number): void {
    const top = this.#stack.at(-1)!;
    top.depth += by;
    this.#at++;
    if (top.depth < 0 && this.#stack.length > 1) this.#stack.pop();
  }

  #push(mode: Mode): void {
    this.#stack.push({ mode, depth: 0 });
    this.#at++;
  }

  #template(): void {
    if (this.#text[this.#at] === "`") {
      this.#stack.pop();
      this.#at++;
    } else if (this.#text.startsWith("${", this.#at)) {
      this.#at++;
      this.#push("code");
    } else this.#hideUntil(this.#at + (this.#text[this.#at] === "\\" ? 2 : 1));
  }

  #quoted(quote: string): void {
    this.#at++;
    while (this.#at < this.#text.length && this.#text[this.#at] !== quote && this.#text[this.#at] !== "\n") {
      this.#hideUntil(this.#at + (this.#text[this.#at] === "\\" ? 2 : 1));
    }
    this.#at++;
  }

  #startsRegex(): boolean {
    return beforeRegex.test(this.#out.slice(Math.max(0, this.#at - 40), this.#at).join(""));
  }

  #regex(): void {
    this.#at++;
    for (let inClass = false; this.#at < this.#text.length; ) {
      const here = this.#text[this.#at]!;
      if (here === "\n" || (here === "/" && !inClass)) break;
      if (here === "[") inClass = true;
      if (here === "]") inClass = false;
      this.#hideUntil(this.#at + (here === "\\" ? 2 : 1));
    }
    this.#at++;
  }

  #find(what: string, skip = 0): number {
    const found = this.#text.indexOf(what, this.#at + skip);
    return found < 0 ? this.#text.length : found;
  }

  #hideUntil(end: number): void {
    for (; this.#at < Math.min(end, this.#text.length); this.#at++) {
      if (this.#out[this.#at] !== "\n") this.#out[this.#at] = " ";
    }
  }
}
