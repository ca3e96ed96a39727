import type * as z from "zod";
import { nearest } from "../lib/nearest.ts";
import { fieldPath, type Problem, valueAt } from "./problem.ts";
import { fieldsAt } from "./schema-fields.ts";

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

/**
 * The problems that a schema found with a value, one for every field that is wrong. With the schema, a field that does not
 * exist is told with the one that was probably meant.
 */
export function schemaProblems(
  error: z.core.$ZodError,
  object: string,
  value: unknown,
  schema?: z.core.$ZodType,
): readonly Problem[] {
  return error.issues.flatMap((issue): Problem[] => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => {
        const path = [...issue.path, key];
        const meant = schema && nearest(key, fieldsAt(schema, issue.path));
        const want = `there is no such field${meant === undefined ? "" : `; ${meant} would be right`}`;
        return { object, field: fieldPath(path), value: valueAt(value, path), want };
      });
    }
    return [{ object, field: fieldPath(issue.path), value: valueAt(value, issue.path), want: wantOf(issue) }];
  });
}
