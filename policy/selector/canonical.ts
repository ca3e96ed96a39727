import type { CompareOp, Selector } from "./ast.ts";

const operators: Readonly<Record<CompareOp, string>> = {
  eq: "==",
  ne: "!=",
  contains: "contains",
  startsWith: "starts with",
  endsWith: "ends with",
};

/**
 * The one text of a selector, byte for byte Calico's, because set ids are hashes of it: double quotes unless the value
 * holds one, one space around operators, every `&&` and `||` in parentheses.
 * Source: Calico libcalico-go/lib/selector/parser/ast.go.
 */
export function canonicalText(selector: Selector): string {
  switch (selector.op) {
    case "all":
    case "global":
      return `${selector.op}()`;
    case "has":
      return `has(${selector.label})`;
    case "in":
    case "notIn":
      return `${selector.label} ${selector.op === "in" ? "in" : "not in"} {${selector.values.map(quoted).join(", ")}}`;
    case "not":
      return `!${canonicalText(selector.of)}`;
    case "and":
      return `(${selector.of.map(canonicalText).join(" && ")})`;
    case "or":
      return `(${selector.of.map(canonicalText).join(" || ")})`;
    default:
      return `${selector.label} ${operators[selector.op]} ${quoted(selector.value)}`;
  }
}

function quoted(value: string): string {
  return value.includes('"') ? `'${value}'` : `"${value}"`;
}
