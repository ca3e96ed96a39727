import { type Piece, piecesOf, type Token, templateFault } from "./token.ts";

/** One word of a command: a value, or a pipeline in parentheses with fields after it. */
export type Operand =
  | Exclude<Token, { readonly kind: "sign" }>
  | { readonly kind: "group"; readonly pipeline: Pipeline; readonly path: readonly string[] };

/** A command: a function with its arguments, or one value. */
export type Command = readonly Operand[];

/** Commands, each given what the one before it answers as its last argument; at the end perhaps variables that take it. */
export interface Pipeline {
  readonly commands: readonly Command[];
  readonly variables: readonly string[];
  /** `:=` makes the variables, `=` changes them. */
  readonly declares: boolean;
}

/** A part of a template. */
export type Node =
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "print"; readonly pipeline: Pipeline }
  | Block;

/** A part that is done when something holds, or for each of something. */
export interface Block {
  readonly kind: "if" | "with" | "range";
  readonly pipeline: Pipeline;
  readonly body: readonly Node[];
  readonly otherwise: readonly Node[];
}

/** Deepest nesting of blocks and parentheses. */
const deepest = 64;

class Parser {
  readonly #text: string;
  readonly #pieces: readonly Piece[];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#pieces = piecesOf(text);
  }

  whole(): readonly Node[] {
    const { nodes, end } = this.#nodes(0);
    if (end) throw this.#fault(end, `{{${(end.tokens[0] as { readonly value: string }).value}}} belongs to nothing`);
    return nodes;
  }

  #fault({ at }: { readonly at: number }, why: string): Error {
    return templateFault(this.#text, at, why);
  }

  /** Everything up to the `else` or `end` that is not of a block inside, or the end of the template. */
  #nodes(depth: number): { readonly nodes: readonly Node[]; readonly end: Action | undefined } {
    const nodes: Node[] = [];
    for (let piece = this.#pieces[this.#at]; piece; piece = this.#pieces[this.#at]) {
      this.#at++;
      if (piece.kind === "text") {
        nodes.push(piece);
        continue;
      }
      const [first, ...rest] = piece.tokens;
      const keyword = first?.kind === "name" ? first.value : "";
      if (keyword === "end" || keyword === "else") return { nodes, end: piece };
      if (keyword === "if" || keyword === "with" || keyword === "range") {
        nodes.push(this.#block(keyword, piece, rest, depth + 1));
      } else if (unknownBlocks.has(keyword)) throw this.#fault(piece, `{{${keyword}}} is not known here`);
      else nodes.push({ kind: "print", pipeline: this.#pipeline(piece, piece.tokens) });
    }
    return { nodes, end: undefined };
  }

  #block(kind: "if" | "with" | "range", piece: Action, tokens: readonly Token[], depth: number): Node {
    if (depth > deepest) throw this.#fault(piece, `nested deeper than ${deepest}`);
    const pipeline = this.#pipeline(piece, tokens);
    const { nodes: body, end } = this.#nodes(depth);
    if (!end) throw this.#fault(piece, `{{${kind}}} without {{end}}`);
    return { kind, pipeline, body, otherwise: this.#otherwise(end, depth) };
  }

  /** What follows an `else`; `else if` is a block in a block that shares the `end`. */
  #otherwise(end: Action, depth: number): readonly Node[] {
    const [first, second, ...rest] = end.tokens;
    if (first?.kind === "name" && first.value === "end") return [];
    if (second?.kind === "name" && (second.value === "if" || second.value === "with")) {
      return [this.#block(second.value, end, rest, depth + 1)];
    }
    const { nodes, end: last } = this.#nodes(depth);
    const isEnd = last?.tokens[0]?.kind === "name" && last.tokens[0].value === "end";
    if (!isEnd) throw this.#fault(end, "{{else}} without {{end}}");
    return nodes;
  }

  #pipeline(piece: Action, tokens: readonly Token[]): Pipeline {
    const assign = tokens.findIndex((token) => token.kind === "sign" && (token.value === ":=" || token.value === "="));
    if (assign < 0) return { commands: this.#commands(piece, [...tokens], 0), variables: [], declares: false };
    const variables = tokens.slice(0, assign).flatMap((token) => {
      if (token.kind === "sign" && token.value === ",") return [];
      if (token.kind === "variable" && token.path.length === 0 && token.name !== "") return [token.name];
      throw this.#fault(piece, "only a $variable can be given a value");
    });
    const sign = tokens[assign] as { readonly value: string };
    const commands = this.#commands(piece, tokens.slice(assign + 1), 0);
    return { commands, variables, declares: sign.value === ":=" };
  }

  /** Takes words away from the front, up to the end or a closing parenthesis. */
  #commands(piece: Action, tokens: Token[], depth: number): readonly Command[] {
    if (depth > deepest) throw this.#fault(piece, `nested deeper than ${deepest}`);
    const commands: Operand[][] = [[]];
    for (let token = tokens.shift(); token; token = tokens.shift()) {
      if (token.kind !== "sign") commands.at(-1)!.push(token);
      else if (token.value === "|") commands.push([]);
      else if (token.value === "(") {
        const pipeline = { commands: this.#commands(piece, tokens, depth + 1), variables: [], declares: false };
        const [next] = tokens;
        const tail = next?.kind === "field" && next.isTail ? next.path : undefined;
        if (tail) tokens.shift();
        commands.at(-1)!.push({ kind: "group", pipeline, path: tail ?? [] });
      } else if (token.value === ")" && depth > 0) return this.#full(piece, commands);
      else throw this.#fault(piece, `'${token.value}' stands where it may not`);
    }
    if (depth > 0) throw this.#fault(piece, "'(' without ')'");
    return this.#full(piece, commands);
  }

  #full(piece: Action, commands: readonly Command[]): readonly Command[] {
    if (commands.some((command) => command.length === 0)) throw this.#fault(piece, "a value is missing");
    return commands;
  }
}

type Action = Extract<Piece, { readonly kind: "action" }>;

/** Blocks of Go's templates that are left out here. */
const unknownBlocks: ReadonlySet<string> = new Set(["define", "template", "block", "break", "continue"]);

/** The parts of a template. @throws CliError naming the line */
export function parseTemplate(text: string): readonly Node[] {
  return new Parser(text).whole();
}
