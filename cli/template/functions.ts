import { CliError } from "../error.ts";
import { sprintf } from "./printf.ts";
import { entriesOf, fieldOf, goText, isTrue } from "./value.ts";

/** What templates may ask of the cluster. */
export interface TemplateContext {
  /** The AS number of nodes that name none. */
  readonly defaultAsn: string;
}

type Call = (args: readonly unknown[], context: TemplateContext) => unknown;

function isEqual(x: unknown, y: unknown): boolean {
  return typeof x === typeof y ? x === y : goText(x) === goText(y);
}

/** Numbers by size, all else by its text. */
function isLess(x: unknown, y: unknown): boolean {
  return typeof x === "number" && typeof y === "number" ? x < y : goText(x) < goText(y);
}

function lengthOf(value: unknown): number {
  if (typeof value === "string") return new TextEncoder().encode(value).length;
  return entriesOf(value)?.length ?? 0;
}

function index([value, ...keys]: readonly unknown[]): unknown {
  return keys.reduce((inside: unknown, key) => {
    if (Array.isArray(inside)) return (inside as readonly unknown[])[Number(key)];
    return fieldOf(inside, goText(key));
  }, value);
}

function joined([list, separator = ","]: readonly unknown[]): string {
  return (entriesOf(list) ?? [[0, list]]).map(([, each]) => goText(each)).join(goText(separator));
}

function truncated([list, separator, most]: readonly unknown[]): string {
  const text = joined([list, separator]);
  const limit = typeof most === "number" ? most : text.length;
  return text.length <= limit ? text : `${text.slice(0, Math.max(0, limit - 3))}...`;
}

function config([name]: readonly unknown[], { defaultAsn }: TemplateContext): string {
  if (goText(name).toLowerCase() === "asnumber") return defaultAsn;
  throw new CliError(`go-template: config "${goText(name)}" is not known; config "asnumber" would be right`);
}

/** Spaces stand between two values neither of which is text (fmt.Sprint). */
function printed(args: readonly unknown[]): string {
  return args.reduce((text: string, value, i) => {
    const space = i > 0 && typeof value !== "string" && typeof args[i - 1] !== "string" ? " " : "";
    return text + space + goText(value);
  }, "");
}

/** Go's functions (text/template) and calicoctl's `join`, `joinAndTruncate` and `config`. */
export const functions: ReadonlyMap<string, Call> = new Map<string, Call>([
  ["and", (args) => args.find((each) => !isTrue(each)) ?? args.at(-1)],
  ["or", (args) => args.find(isTrue) ?? args.at(-1)],
  ["not", ([value]) => !isTrue(value)],
  ["eq", ([value, ...others]) => others.some((each) => isEqual(value, each))],
  ["ne", ([x, y]) => !isEqual(x, y)],
  ["lt", ([x, y]) => isLess(x, y)],
  ["le", ([x, y]) => !isLess(y, x)],
  ["gt", ([x, y]) => isLess(y, x)],
  ["ge", ([x, y]) => !isLess(x, y)],
  ["len", ([value]) => lengthOf(value)],
  ["index", index],
  ["print", printed],
  ["println", (args) => `${args.map(goText).join(" ")}\n`],
  ["printf", ([format, ...values]) => sprintf(goText(format), values)],
  ["join", joined],
  ["joinAndTruncate", truncated],
  ["config", config],
]);
