import { nearest } from "../../lib/nearest.ts";
import { CliError } from "../error.ts";
import { functions, type TemplateContext } from "./functions.ts";
import { type Block, type Command, type Node, type Operand, type Pipeline, parseTemplate } from "./tree.ts";
import { entriesOf, fieldOf, goText, isTrue } from "./value.ts";

/** Variables that can be seen, the innermost last. */
class Scope {
  readonly #outer: Scope | undefined;
  readonly #values = new Map<string, unknown>();

  constructor(outer?: Scope) {
    this.#outer = outer;
  }

  declare(name: string, value: unknown): void {
    this.#values.set(name, value);
  }

  #holder(name: string): Scope {
    if (this.#values.has(name)) return this;
    if (!this.#outer) throw new CliError(`go-template: the variable $${name} is not declared`);
    return this.#outer.#holder(name);
  }

  assign(name: string, value: unknown): void {
    this.#holder(name).#values.set(name, value);
  }

  get(name: string): unknown {
    return this.#holder(name).#values.get(name);
  }
}

class Renderer {
  readonly #context: TemplateContext;
  readonly #said: string[] = [];

  constructor(context: TemplateContext) {
    this.#context = context;
  }

  get text(): string {
    return this.#said.join("");
  }

  all(nodes: readonly Node[], dot: unknown, scope: Scope): void {
    for (const node of nodes) this.#one(node, dot, scope);
  }

  #one(node: Node, dot: unknown, scope: Scope): void {
    if (node.kind === "text") this.#said.push(node.value);
    else if (node.kind === "print") {
      const value = this.#pipeline(node.pipeline, dot, scope);
      if (node.pipeline.variables.length === 0) this.#said.push(goText(value));
    } else if (node.kind === "range") this.#range(node, dot, scope);
    else {
      const inside = new Scope(scope);
      const value = this.#pipeline(node.pipeline, dot, inside);
      if (isTrue(value)) this.all(node.body, node.kind === "with" ? value : dot, inside);
      else this.all(node.otherwise, dot, inside);
    }
  }

  #range(node: Block, dot: unknown, scope: Scope): void {
    const { pipeline, body, otherwise } = node;
    const over = this.#commands(pipeline.commands, dot, scope);
    const entries = entriesOf(over);
    if (!entries) throw new CliError(`go-template: range cannot go over ${goText(over).slice(0, 40)}`);
    for (const [key, value] of entries) {
      const inside = new Scope(scope);
      const [first, second] = pipeline.variables;
      if (second !== undefined) inside.declare(second, value);
      if (first !== undefined) inside.declare(first, second === undefined ? value : key);
      this.all(body, value, inside);
    }
    if (entries.length === 0) this.all(otherwise, dot, new Scope(scope));
  }

  #pipeline({ commands, variables, declares }: Pipeline, dot: unknown, scope: Scope): unknown {
    const value = this.#commands(commands, dot, scope);
    for (const name of variables) declares ? scope.declare(name, value) : scope.assign(name, value);
    return value;
  }

  #commands(commands: readonly Command[], dot: unknown, scope: Scope): unknown {
    let before: readonly unknown[] = [];
    for (const command of commands) before = [this.#command(command, before, dot, scope)];
    return before[0];
  }

  #command([first, ...rest]: Command, before: readonly unknown[], dot: unknown, scope: Scope): unknown {
    const args = [...rest.map((operand) => this.#operand(operand, dot, scope)), ...before];
    if (first?.kind === "name") {
      const call = functions.get(first.value);
      if (call) return call(args, this.#context);
      this.#constant(first.value);
    }
    if (args.length > 0) throw new CliError("go-template: only a function can be given arguments");
    return this.#operand(first!, dot, scope);
  }

  #operand(operand: Operand, dot: unknown, scope: Scope): unknown {
    const inside = (value: unknown, path: readonly string[]): unknown => path.reduce(fieldOf, value);
    switch (operand.kind) {
      case "field":
        return inside(dot, operand.path);
      case "variable":
        return inside(scope.get(operand.name), operand.path);
      case "group":
        return inside(this.#commands(operand.pipeline.commands, dot, scope), operand.path);
      case "name":
        return this.#constant(operand.value);
      default:
        return operand.value;
    }
  }

  #constant(name: string): unknown {
    if (name === "true" || name === "false") return name === "true";
    if (name === "nil") return undefined;
    const call = functions.get(name);
    if (call) return call([], this.#context);
    const near = nearest(name, [...functions.keys()]);
    throw new CliError(`go-template: there is no function ${name}${near ? `; ${near} would be right` : ""}`);
  }
}

/** What a Go template makes of a value. What is not supported is named. @throws CliError */
export function renderTemplate(text: string, value: unknown, context: TemplateContext): string {
  const renderer = new Renderer(context);
  const scope = new Scope();
  scope.declare("", value);
  renderer.all(parseTemplate(text), value, scope);
  return renderer.text;
}
