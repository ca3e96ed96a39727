import type * as z from "zod";

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A copy without properties that are null or undefined; Go reads those as absent. Entries of arrays stay. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([, v]) => v !== null && v !== undefined);
  return Object.fromEntries(kept.map(([key, v]) => [key, withoutNulls(v)]));
}

/** Takes out of `value`, which is ours to change, the fields that a schema does not know; whether there were any. */
function dropUnknown(value: unknown, issues: readonly z.core.$ZodIssue[]): boolean {
  let dropped = false;
  for (const issue of issues) {
    if (issue.code !== "unrecognized_keys") continue;
    let at: unknown = value;
    for (const step of issue.path) at = (at as Record<PropertyKey, unknown>)[step];
    for (const key of issue.keys) dropped = delete (at as Record<string, unknown>)[key] || dropped;
  }
  return dropped;
}

/**
 * Parses what another version of Calico may have written: fields that the schema does not know are left out, null counts
 * as absent, an absent spec as empty. What is well formed at once costs no copy.
 */
export function parseTolerantly<S extends z.ZodType>(schema: S, value: unknown): z.ZodSafeParseResult<z.infer<S>> {
  const first = schema.safeParse(value);
  if (first.success || !isObject(value)) return first;
  const copy: Record<string, unknown> = structuredClone(value);
  if (copy["spec"] == null && copy["kind"] !== undefined) copy["spec"] = {};
  const known = parseKnown(schema, copy);
  return known.success ? known : parseKnown(schema, withoutNulls(copy));
}

/** Parses after taking out of `copy`, which is ours to change, what the schema does not know. */
function parseKnown<S extends z.ZodType>(schema: S, copy: unknown): z.ZodSafeParseResult<z.infer<S>> {
  const result = schema.safeParse(copy);
  return !result.success && dropUnknown(copy, result.error.issues) ? schema.safeParse(copy) : result;
}
