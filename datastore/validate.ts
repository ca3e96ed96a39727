import { apiVersion, type Kind, kindNames, kinds } from "./model/resource.ts";
import { type Resource, schemas } from "./model/schemas.ts";
import type { CheckSelector } from "./model/selector-text.ts";
import { nameFault } from "./name-rule.ts";
import { fieldPath, type Problem, valueAt } from "./problem.ts";
import { objectName } from "./resource-key.ts";
import { limitFaults } from "./rule-limits.ts";
import { schemaProblems } from "./schema-problem.ts";
import { selectorFaults } from "./selector-fields.ts";
import { withoutNulls } from "./tolerant.ts";
import { writtenFaults } from "./written/written.ts";

/** A resource, or everything that is wrong with it. */
export type Validated =
  | { readonly ok: true; readonly resource: Resource }
  | { readonly ok: false; readonly problems: readonly Problem[] };

function textAt(value: unknown, key: string): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const found = (value as Record<string, unknown>)[key];
  return typeof found === "string" ? found : undefined;
}

function nameOf(value: object, kind: string): string {
  const metadata = (value as { readonly metadata?: unknown }).metadata;
  const namespace = textAt(metadata, "namespace");
  return `${kind}(${namespace === undefined ? "" : `${namespace}/`}${textAt(metadata, "name") ?? "?"})`;
}

/** Problems of a resource whose shape is right: its name, its namespace, its selectors. */
function contentProblems(resource: Resource, checkSelector: CheckSelector): readonly Problem[] {
  const { name, namespace } = resource.metadata;
  const object = objectName({ kind: resource.kind, name, ...(namespace === undefined ? {} : { namespace }) });
  const problems: Problem[] = [];
  const fault = nameFault(resource);
  if (fault !== undefined) problems.push({ object, field: "metadata.name", value: name, want: fault });
  if (namespace !== undefined && !kinds[resource.kind].namespaced) {
    const want = `a ${resource.kind} belongs to the whole cluster; leave it out`;
    problems.push({ object, field: "metadata.namespace", value: namespace, want });
  }
  for (const { path, value, why } of selectorFaults(resource.spec, checkSelector, ["spec"])) {
    problems.push({ object, field: fieldPath(path), value, want: why });
  }
  for (const { path, want } of writtenFaults(resource)) {
    problems.push({ object, field: fieldPath(path), value: valueAt(resource, path), want });
  }
  for (const { path, length, most } of limitFaults(resource)) {
    problems.push({
      object,
      field: fieldPath(path),
      value: `${length} entries`,
      want: `at most ${most} entries are wanted`,
    });
  }
  return problems;
}

function kindProblem(value: object): Problem | undefined {
  const kind = textAt(value, "kind");
  const object = nameOf(value, kind ?? "?");
  if (kind === undefined || !(kind in kinds)) {
    const near = kindNames.find((each) => each.toLowerCase() === kind?.toLowerCase());
    const want = near ? `'${near}' would be right` : `one of ${kindNames.join(", ")} is wanted`;
    return { object, field: "kind", value: kind, want };
  }
  const version = textAt(value, "apiVersion");
  if (version === apiVersion) return undefined;
  return { object, field: "apiVersion", value: version, want: `'${apiVersion}' would be right` };
}

/**
 * Checks what a person wrote, strictly: unknown fields are problems too, null counts as absent. All problems at once;
 * where the shape of an object is wrong its name and selectors are not looked at. A pool's overlap with others is
 * `poolOverlaps`' affair. Source: Calico libcalico-go/lib/validator/v3 and the CRDs' schemas.
 */
export function validate(value: unknown, checkSelector: CheckSelector): Validated {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return {
      ok: false,
      problems: [{ object: "?", field: "", value, want: "an object with kind and metadata is wanted" }],
    };
  }
  const wrong = kindProblem(value);
  if (wrong) return { ok: false, problems: [wrong] };
  const copy = withoutNulls(value) as Record<string, unknown>;
  copy["spec"] ??= {};
  const kind = copy["kind"] as Kind;
  const parsed = schemas[kind].safeParse(copy);
  if (!parsed.success)
    return { ok: false, problems: schemaProblems(parsed.error, nameOf(copy, kind), copy, schemas[kind]) };
  const resource = parsed.data as Resource;
  const problems = contentProblems(resource, checkSelector);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, resource };
}
