import type * as z from "zod";
import { fieldPath, type Problem, valueAt } from "./problem.ts";

type Issue = z.core.$ZodIssue;

const articles: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
  bigint: "a whole number",
};

function sizeWant(issue: { readonly origin: string }, bound: string): string {
  if (issue.origin === "string") return `${bound} characters are wanted`;
  if (issue.origin === "array" || issue.origin === "set") return `${bound} entries are wanted`;
  return `${bound} is wanted`;
}

/** What would have satisfied an issue, in words. */
function wantOf(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `${articles[issue.expected] ?? issue.expected} is wanted`;
    case "invalid_value":
      return `${issue.values.map((value) => (value === "" ? "''" : String(value))).join(", ")} ${issue.values.length > 1 ? "are possible" : "is wanted"}`;
    case "too_big":
      return sizeWant(issue, `at most ${issue.maximum}`);
    case "too_small":
      return sizeWant(issue, `at least ${issue.minimum}`);
    case "invalid_union":
      return unionWant(issue.errors);
    case "invalid_key":
    case "invalid_element":
      return issue.issues.map(wantOf).join("; ");
    default:
      return issue.message;
  }
}

/** Of the branches of a union, those speak that took the value's type and disliked the rest; else all do. */
function unionWant(branches: readonly (readonly Issue[])[]): string {
  const near = branches.filter((issues) => issues.some((issue) => issue.code !== "invalid_type"));
  const wants = (near.length > 0 ? near : branches).map((issues) => issues.map(wantOf).join("; "));
  return [...new Set(wants)].join(", or ");
}

/** The problems that a schema found with a value, one for every field that is wrong. */
export function schemaProblems(error: z.core.$ZodError, object: string, value: unknown): readonly Problem[] {
  return error.issues.flatMap((issue): Problem[] => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => {
        const path = [...issue.path, key];
        return { object, field: fieldPath(path), value: valueAt(value, path), want: "there is no such field" };
      });
    }
    return [{ object, field: fieldPath(issue.path), value: valueAt(value, issue.path), want: wantOf(issue) }];
  });
}
